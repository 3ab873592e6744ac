"""The card's sentences, in English and Russian. Those with figures are composed from what was measured."""

from training.report import Report

Bilingual = dict[str, str]
Statements = dict[str, list[str]]

TITLE: Bilingual = {
    "en": "Expected years of life (Lasso)",
    "ru": "Ожидаемое число лет жизни (Lasso)",
}
SUMMARY: Bilingual = {
    "en": "Expected years of life within the next 8 years for a patient with primary biliary cholangitis, from "
    "12 findings of an ordinary visit, with an 80 % interval and what each finding adds or takes away.",
    "ru": "Ожидаемое число лет жизни в ближайшие 8 лет при первичном билиарном холангите — по 12 показателям "
    "обычного обследования, с 80-процентным интервалом и вкладом каждого показателя.",
}
LIMITS: Bilingual = {
    "en": "Only for adults with primary biliary cholangitis, not for any other liver disease. The patients were "
    "seen at the Mayo Clinic in 1974-1986, mostly before ursodeoxycholic acid: people treated today live longer. "
    "Not medical advice and not a basis for treatment or transplant decisions.",
    "ru": "Только для взрослых с первичным билиарным холангитом, не для других болезней печени. Пациенты "
    "наблюдались в клинике Мейо в 1974–1986 годах, в основном до появления урсодезоксихолевой кислоты: при "
    "современном лечении живут дольше. Не является медицинской рекомендацией и не служит основанием для "
    "решений о лечении или трансплантации.",
}
ESTIMAND: Bilingual = {
    "en": "Restricted mean survival time: the mean number of years lived within the next 8 years, if no "
    "transplant is performed. 8 means: expected to outlive the horizon, not to die at its end.",
    "ru": "Ограниченное среднее время выживания (RMST): среднее число лет, прожитых за ближайшие 8 лет, если "
    "трансплантация не выполняется. 8 означает, что пациент, как ожидается, проживёт дольше горизонта, а не "
    "умрёт к его концу.",
}
POINT_ESTIMATE: Bilingual = {
    "en": "A mean: baseline plus the contribution of each finding, clipped to 0..8 years.",
    "ru": "Среднее: исходный уровень плюс вклад каждого показателя, ограниченное пределами 0–8 лет.",
}
INTERVAL_METHOD: Bilingual = {
    "en": "Signed residual quantiles (10 % and 90 %, weighted for censoring) of held-out predictions, within "
    "quarters of predicted risk. An upper end at 8 years is open: 8 years or more.",
    "ru": "Квантили остатков со знаком (10 % и 90 %, взвешенные с учётом цензурирования) для пациентов, не "
    "участвовавших в обучении, отдельно в четвертях предсказанного риска. Верхняя граница 8 лет открыта: 8 лет "
    "и более.",
}
DEFINITIONS: Bilingual = {
    "en": "All figures: {repeats} x {folds}-fold cross-validation, imputation, scaling, targets, penalty and "
    "interval fitted inside the folds; mean over the folds, _sd is the standard deviation between them. c_index: "
    "Harrell's C. ipcw_mae, bias (predicted - true), share_within_1_5_years: of years within the horizon, weighted "
    "by the inverse probability of censoring. ..._10y: the same procedure fitted to and measured at 10 years. "
    "Quartiles run from the sickest to the healthiest quarter of predicted risk.",
    "ru": "Все показатели: перекрёстная проверка {repeats} × {folds}; заполнение пропусков, масштабирование, "
    "целевые значения, штраф и интервал оцениваются только по обучающей части; среднее по блокам, _sd — "
    "стандартное отклонение между ними. c_index — индекс конкордации Харрелла. ipcw_mae, bias (предсказание минус "
    "истина), share_within_1_5_years — для лет в пределах горизонта, с весами, обратными вероятности "
    "цензурирования. ..._10y — та же процедура, обученная и проверенная на горизонте 10 лет. Квартили — от "
    "самой тяжёлой четверти по предсказанному риску к самой лёгкой.",
}


def definitions(report: Report) -> Bilingual:
    """How the figures were measured."""
    quality = report.quality
    return {
        language: text.format(repeats=quality["repeats"], folds=quality["folds"])
        for language, text in DEFINITIONS.items()
    }


def statements(report: Report) -> Statements:
    """What may be said of the model to a clinician."""
    quality, constant = report.quality, report.comparisons["constant"]
    n_days, died = report.comparisons["n_days_recipe"], quality["died_within_horizon"]
    quarters = quality["interval_coverage"]["by_quartile"]
    coverage = quality["interval_coverage"]["overall"]
    return {
        "en": [
            (
                f"Average error {_en(quality['ipcw_mae_8y'])} years within the 8-year horizon; "
                f"{_percent(quality['share_within_1_5_years'])} of the answers are within 1.5 years of the truth."
            ),
            (
                f"For those who died within 8 years the average error is {_en(died['mae'])} years, mostly too "
                f"optimistic (by {_en(died['bias'])} years on average); {_percent(died['share_within_1_5_years'])} "
                "are within 1.5 years."
            ),
            (
                f'"Everybody lives 8 years" errs by {_en(constant["ipcw_mae_8y"])} years on average and by '
                f"{_en(constant['died_within_horizon']['mae'])} for those who died. As most patients outlive the "
                f"horizon, it too is within 1.5 years for {_percent(constant['share_within_1_5_years'])}: that share "
                "alone says little."
            ),
            (
                f"Of two patients, the one who lived longer had the longer prediction in "
                f"{_percent(quality['c_index'])} of the pairs that can be compared."
            ),
            (
                f"The 80 % interval held the truth for {_percent(coverage)} of the patients; from the sickest to the "
                f"healthiest quarter {', '.join(_percent(share) for share in quarters)}."
            ),
            f"Fitted to 10 years, the average error is {_en(quality['ipcw_mae_10y'])} years.",
            (
                f"A Lasso on the days of follow-up, the common recipe, predicts "
                f"{_en(-n_days['bias_10y'])} years too short within 10 years and "
                f"{_en(-n_days['bias_8y'])} within 8, since it takes the end of follow-up for death. For those who did "
                f"die within 8 years it errs less ({_en(n_days['died_within_horizon']['mae'])} years)."
            ),
        ],
        "ru": [
            (
                f"Средняя ошибка — {_ru(quality['ipcw_mae_8y'])} года в пределах 8 лет; "
                f"{_percent(quality['share_within_1_5_years'])} ответов отличаются от истины не более чем на 1,5 года."
            ),
            (
                f"Для умерших в течение 8 лет средняя ошибка — {_ru(died['mae'])} года, чаще в сторону завышения (в "
                f"среднем на {_ru(died['bias'])} года); {_percent(died['share_within_1_5_years'])} — в пределах "
                "1,5 года."
            ),
            (
                f"Ответ «все проживут 8 лет» ошибается в среднем на {_ru(constant['ipcw_mae_8y'])} года, а для "
                f"умерших — на {_ru(constant['died_within_horizon']['mae'])} года. Большинство пациентов переживает "
                f"горизонт, поэтому и он попадает в 1,5 года в {_percent(constant['share_within_1_5_years'])} "
                "случаев: сама по себе эта доля мало о чём говорит."
            ),
            (
                f"Из двух пациентов, которых можно сравнить, проживший дольше получил более благоприятный прогноз в "
                f"{_percent(quality['c_index'])} пар."
            ),
            (
                f"Интервал 80 % содержал истинное значение у {_percent(coverage)} пациентов; от самой тяжёлой "
                f"четверти к самой лёгкой — {', '.join(_percent(share) for share in quarters)}."
            ),
            f"При обучении на горизонт 10 лет средняя ошибка — {_ru(quality['ipcw_mae_10y'])} года.",
            (
                f"Распространённый рецепт — Lasso по дням наблюдения — занижает срок на "
                f"{_ru(-n_days['bias_10y'])} года в пределах 10 лет и на {_ru(-n_days['bias_8y'])} года в пределах "
                "8 лет: окончание наблюдения он принимает за смерть. Для действительно умерших в течение 8 лет он "
                f"ошибается меньше ({_ru(n_days['died_within_horizon']['mae'])} года)."
            ),
        ],
    }


def not_achievable(report: Report) -> Bilingual:
    """What no model can do with these findings."""
    eight, ten = report.not_achievable["best_possible_8y"], report.not_achievable["best_possible_10y"]
    share = _percent(eight["share_within_1_5_years_among_deaths"])
    return {
        "en": f"The date of a death to within 1.5 years. Even the best possible estimate, if survival curves "
        f"fitted to these very patients were the truth, errs by {_en(eight['mae'])} years within 8 years and "
        f"{_en(ten['mae'])} within 10. Were it known who dies within 8 years, it would still err by "
        f"{_en(eight['mae_among_deaths'])} years for them, and at best {share} would be within 1.5 years.",
        "ru": f"Назвать дату смерти с точностью до 1,5 года. Даже наилучшая возможная оценка, если бы кривые "
        f"выживаемости, построенные по этим же пациентам, были истиной, ошибается на {_ru(eight['mae'])} года в "
        f"пределах 8 лет и на {_ru(ten['mae'])} года в пределах 10. Даже если бы было известно, кто умрёт в "
        f"течение 8 лет, ошибка для них составила бы {_ru(eight['mae_among_deaths'])} года, а в пределах 1,5 года "
        f"оказалось бы не более {share}.",
    }


def known_limits(report: Report) -> Statements:
    """What is known to be weak, beside the people it isn't for."""
    composite = report.sensitivity["transplant_or_death"]
    return {
        "en": [
            (
                "25 patients were transplanted; their follow-up is taken to end there as if by chance, though the "
                "sicker are transplanted. With transplant or death as the event the same procedure has a C-index of "
                f"{composite['c_index']:.3f} and an average error of {_en(composite['ipcw_mae_8y'])} years."
            ),
            (
                "Cholesterol, copper, AST and triglycerides were never measured in 106 of the 418 patients; a missing "
                "value is replaced by the cohort's median, in training as in prediction."
            ),
            (
                "Seven sets of columns and six forms of the interval were compared on the very folds that the figures "
                "come from, before this one was taken: the figures may be slightly too good."
            ),
            "One centre, and not tested on patients of another hospital.",
        ],
        "ru": [
            (
                "25 пациентам выполнена трансплантация; их наблюдение считается прерванным случайно, хотя "
                "трансплантируют более тяжёлых. Если событием считать смерть или трансплантацию, та же процедура даёт "
                f"индекс конкордации {_ru(composite['c_index'], 3)} и среднюю ошибку "
                f"{_ru(composite['ipcw_mae_8y'])} года."
            ),
            (
                "У 106 из 418 пациентов холестерин, медь, АСТ и триглицериды не измерялись; пропущенное значение "
                "заменяется медианой по когорте — и при обучении, и при расчёте."
            ),
            (
                "До выбора этого варианта на тех же блоках, по которым посчитаны показатели, сравнивались семь наборов "
                "столбцов и шесть видов интервала: показатели могут быть немного завышены."
            ),
            "Один центр; на пациентах другой больницы модель не проверялась.",
        ],
    }


def _en(years: float) -> str:
    return f"{years:.1f}"


def _ru(value: float, decimals: int = 1) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
