"""The cards' sentences with figures, in English and Russian, composed from what was measured."""

import numpy.typing as npt

from chalicelib.inference.models.stable_comparison import exceeds
from training.recipe import Recipe
from training.report import Figures, Report
from training.texts import Bilingual, Statements

DEFINITIONS: Bilingual = {
    "en": "All figures of quality: {repeats} x {folds}-fold cross-validation, imputation, scaling, targets, penalty and "
    "interval fitted inside the folds; mean over the folds, _sd is the standard deviation between them. c_index: "
    "Harrell's C; uno_c: Uno's C up to the horizon. ipcw_mae, bias (predicted - true), share_within_1_5_years: of years "
    "within the horizon, weighted by the inverse probability of censoring. integrated_brier_score: of the survival "
    "curve from 1 year to the horizon. ..._10y: fitted to, or read at, 10 years. calibration: mean predicted and observed "
    "(Kaplan-Meier) years by quarter. curve_band: of the band around the curve; simulated: share of points at which it "
    "holds the true curve if the model is the truth, by year, and by fifth of risk from the sickest; held_out: fifths of "
    "predicted survival, predicted, mean band and observed (Kaplan-Meier). Quarters run from the sickest to the healthiest by predicted risk. later_visits: "
    "the same patients three years on, each answered by a model fitted without them. external: the PBC3 trial.",
    "ru": "Все показатели качества: перекрёстная проверка {repeats} × {folds}; заполнение пропусков, масштабирование, "
    "целевые значения, штраф и интервал оцениваются только по обучающей части; среднее по блокам, _sd — "
    "стандартное отклонение между ними. c_index — индекс конкордации Харрелла, uno_c — Уно (в пределах горизонта). "
    "ipcw_mae, bias (предсказание минус истина), share_within_1_5_years — для лет в пределах горизонта, с весами, "
    "обратными вероятности цензурирования. integrated_brier_score — для кривой выживаемости от 1 года до горизонта. "
    "..._10y — обучено на горизонт 10 лет или прочитано на нём. calibration — средние предсказанные и наблюдавшиеся "
    "(Каплан — Мейер) годы по четвертям. curve_band — о полосе вокруг кривой; simulated — доля точек, в которых она "
    "содержит истинную кривую, если истинна сама модель, по годам и по пятым частям риска от самой тяжёлой; held_out — пятые "
    "части по предсказанной выживаемости: предсказание, средняя полоса и наблюдение (Каплан — Мейер). Четверти — от самой тяжёлой по предсказанному риску к самой лёгкой. "
    "later_visits — те же пациенты через три года, предсказание моделью, обученной без них. external — "
    "исследование PBC3.",
}


def definitions(report: Report) -> Bilingual:
    """How the figures were measured."""
    quality = report.quality
    return {
        language: text.format(repeats=quality["repeats"], folds=quality["folds"])
        for language, text in DEFINITIONS.items()
    }


def statements(recipe: Recipe, report: Report) -> Statements:
    """What may be said of the model to a clinician, the most important first."""
    parts = [
        _errors(recipe, report),
        _sickest(recipe, report),
        _interval(report),
        *_band(report),
        _elsewhere(report),
        _concordance(report),
        *_longer(recipe, report),
        _common_recipe(recipe, report),
    ]
    return {language: [sentence for part in parts for sentence in part[language]] for language in ("en", "ru")}


def _errors(recipe: Recipe, report: Report) -> Statements:
    quality, constant, died = report.quality, report.comparisons["constant"], report.quality["died_within_horizon"]
    h = f"{recipe.horizon_years:.0f}"
    mae, share = quality[f"ipcw_mae_{h}y"], _percent(quality["share_within_1_5_years"])
    constant_mae, constant_died = constant[f"ipcw_mae_{h}y"], constant["died_within_horizon"]["mae"]
    constant_share = _percent(constant["share_within_1_5_years"])
    return {
        "en": [
            f"Average error {_en(mae)} years within the {h}-year horizon; {share} of the answers are within 1.5 years of "
            "the truth.",
            f"For those who died within {h} years the average error is {_en(died['mae'])} years, on average "
            f"{_en(abs(died['bias']))} too {_side(died['bias'])}; {_percent(died['share_within_1_5_years'])} are within 1.5 years.",
            f'"Everybody lives {h} years" errs by {_en(constant_mae)} years on average and by {_en(constant_died)} for '
            f"those who died. As most patients outlive the horizon, it too is within 1.5 years for {constant_share}: that "
            "share alone says little of a model.",
        ],
        "ru": [
            f"Средняя ошибка — {_ru(mae)} года в пределах {h} лет; {share} ответов отличаются от истины не более чем на "
            "1,5 года.",
            f"Для умерших в течение {h} лет средняя ошибка — {_ru(died['mae'])} года, в среднем прогноз "
            f"{_side_ru(died['bias'])} на {_ru(abs(died['bias']))} года; {_percent(died['share_within_1_5_years'])} — в пределах 1,5 года.",
            f"Ответ «все проживут {h} лет» ошибается в среднем на {_ru(constant_mae)} года, а для умерших — на "
            f"{_ru(constant_died)} года. Большинство пациентов переживает горизонт, поэтому и он попадает в 1,5 года в "
            f"{constant_share} случаев: сама по себе эта доля мало о чём говорит.",
        ],
    }


def _sickest(recipe: Recipe, report: Report) -> Statements:
    h = f"{recipe.horizon_years:.0f}"
    sickest = report.quality["calibration"][0]
    predicted, observed = sickest["predicted"], sickest["observed"]
    return {
        "en": [
            f"The sickest quarter was given {_en(predicted)} years on average within {h} years and lived {_en(observed)}."
        ],
        "ru": [
            f"Самой тяжёлой четверти пациентов предсказано в среднем {_ru(predicted)} года в пределах {h} лет, прожили они "
            f"{_ru(observed)} года."
        ],
    }


def _interval(report: Report) -> Statements:
    coverage, died = report.quality["interval_coverage"], report.quality["died_within_horizon"]
    quarters = ", ".join(_percent(share) for share in coverage["by_quartile"])
    overall, among_dead = _percent(coverage["overall"]), _percent(died["interval_coverage"])
    misses_the_dead = exceeds(coverage["lived_shorter"], 2 * coverage["lived_longer"])
    return {
        "en": [
            f"The 80 % interval held the truth for {overall} of the patients; from the sickest to the healthiest quarter "
            f"{quarters}. Of those who died within the horizon it held {among_dead}"
            + (": what it misses are mostly early deaths." if misses_the_dead else ".")
        ],
        "ru": [
            f"80-процентный интервал содержал истинное значение у {overall} пациентов; от самой тяжёлой четверти к самой лёгкой — "
            f"{quarters}. Среди умерших в пределах горизонта — у {among_dead}"
            + (": чаще всего он пропускает ранние смерти." if misses_the_dead else ".")
        ],
    }


def _band(report: Report) -> list[Statements]:
    if "curve_band" not in report.quality:
        return []
    simulated, held_out = report.quality["curve_band"]["simulated"], report.quality["curve_band"]["held_out"]
    holds, within, groups = _percent(simulated["holds"]), held_out["within"], len(held_out["groups"])
    return [
        {
            "en": [
                f"The 80 % band around the curve held the true curve at {holds} of its points where the truth is known, in "
                f"{simulated['simulations']} simulations from the model itself. Of {groups} groups of held-out patients "
                f"the observed survival lay within the group's mean band in {within}."
            ],
            "ru": [
                f"80-процентная полоса вокруг кривой содержала истинную кривую в {holds} точек там, где истина известна, — в "
                f"{simulated['simulations']} имитациях по самой модели. Из {groups} групп пациентов, не участвовавших в "
                f"обучении, наблюдавшаяся выживаемость лежала внутри средней полосы группы в {within}."
            ],
        }
    ]


def _elsewhere(report: Report) -> Statements:
    trial, later = report.external, report.later_visits
    low, high = trial["c_index_95"]
    english = (
        f"In another trial (PBC3, Europe, {trial['patients']} patients; some findings weren't measured there) the "
        f"concordance was {trial['c_index']:.2f} ({low:.2f} to {high:.2f})."
    )
    russian = (
        f"В другом исследовании (PBC3, Европа, {trial['patients']} пациентов; часть показателей там не измерялась) индекс "
        f"конкордации — {_ru(trial['c_index'], 2)} ({_ru(low, 2)}–{_ru(high, 2)})."
    )
    if "predicted_survival_4y" in trial:
        predicted, observed = _percent(trial["predicted_survival_4y"]), _percent(trial["observed_survival_4y"])
        error = trial["predicted_survival_4y"] - trial["observed_survival_4y"]
        english += f" It said that {predicted} would live four years there, and {observed} did: too {_side(error)}."
        russian += (
            f" Модель предсказала, что 4 года проживут {predicted}; прожили {observed}: прогноз {_side_ru(error)}."
        )
    else:
        english += " Years could not be checked there; the models that could were too optimistic."
        russian += " Сами годы там проверить нельзя; модели, которые удалось проверить, прогноз завышали."
    return {
        "en": [
            english,
            f"For the same patients three years later (each answered by a model fitted without them) the concordance was "
            f"{later['c_index']:.2f}; on average {_en(later['mean_predicted_years'])} years were predicted and "
            f"{_en(later['mean_observed_years'])} lived.",
        ],
        "ru": [
            russian,
            f"Для тех же пациентов через три года (модель обучена без них) индекс конкордации — {_ru(later['c_index'], 2)}; в среднем предсказано "
            f"{_ru(later['mean_predicted_years'])} года, прожито {_ru(later['mean_observed_years'])}.",
        ],
    }


def _concordance(report: Report) -> Statements:
    share = _percent(report.quality["c_index"])
    return {
        "en": [
            f"Of two patients, the one who lived longer had the longer prediction in {share} of the pairs that can be "
            "compared."
        ],
        "ru": [
            "Из двух пациентов, которых можно сравнить, проживший дольше получил более благоприятный прогноз в "
            f"{share} пар."
        ],
    }


def _longer(recipe: Recipe, report: Report) -> list[Statements]:
    return [
        {
            "en": [
                f"Within {years:.0f} years the average error is {_en(report.quality[f'ipcw_mae_{years:.0f}y'])} years "
                f"(bias {report.quality[f'bias_{years:.0f}y']:+.1f})."
            ],
            "ru": [
                f"В пределах {years:.0f} лет средняя ошибка — {_ru(report.quality[f'ipcw_mae_{years:.0f}y'])} года "
                f"(смещение {_signed_ru(report.quality[f'bias_{years:.0f}y'])})."
            ],
        }
        for years in recipe.others
    ]


def _common_recipe(recipe: Recipe, report: Report) -> Statements:
    h = f"{recipe.horizon_years:.0f}"
    n_days = report.comparisons["n_days_recipe"]
    mae, bias, died = n_days[f"ipcw_mae_{h}y"], n_days[f"bias_{h}y"], n_days["died_within_horizon"]["mae"]
    return {
        "en": [
            f"A Lasso on the days of follow-up, the common recipe, errs by {_en(mae)} years within {h} years, on average "
            f"{_en(abs(bias))} too {_side(bias)}: it takes the end of follow-up for death. For those who did die within "
            f"{h} years it errs by {_en(died)} years."
        ],
        "ru": [
            f"Распространённый рецепт — Lasso по дням наблюдения — ошибается на {_ru(mae)} года в пределах {h} лет, в "
            f"среднем прогноз {_side_ru(bias)} на {_ru(abs(bias))} года: окончание наблюдения он принимает за смерть. Для действительно умерших в "
            f"течение {h} лет его ошибка — {_ru(died)} года."
        ],
    }


def not_achievable(recipe: Recipe, report: Report) -> Bilingual:
    """What no model can do with these findings."""
    h = f"{recipe.horizon_years:.0f}"
    best = report.not_achievable[f"best_possible_{h}y"]
    share = _percent(best["share_within_1_5_years_among_deaths"])
    return {
        "en": f"The date of a death to within 1.5 years. Even the best possible estimate, if survival curves "
        f"fitted to these very patients were the truth, errs by {_en(best['mae'])} years within {h} years. Were it known "
        f"who dies within {h} years, it would still err by {_en(best['mae_among_deaths'])} years for them, and at best "
        f"{share} would be within 1.5 years.",
        "ru": f"Назвать дату смерти с точностью до 1,5 года. Даже наилучшая возможная оценка, если бы кривые "
        f"выживаемости, построенные по этим же пациентам, были истиной, ошибается на {_ru(best['mae'])} года в "
        f"пределах {h} лет. Даже если бы было известно, кто умрёт в течение {h} лет, ошибка для них составила бы "
        f"{_ru(best['mae_among_deaths'])} года, а в пределах 1,5 года оказалось бы не более {share}.",
    }


def known_limits(recipe: Recipe, report: Report) -> Statements:
    """What is known to be weak, beside the people it isn't for."""
    h = f"{recipe.horizon_years:.0f}"
    composite = report.sensitivity["transplant_or_death"]
    mae = composite[f"ipcw_mae_{h}y"]
    transplants = {
        "en": "25 patients were transplanted; their follow-up is taken to end there as if by chance, though the sicker "
        f"are transplanted. With transplant or death as the event the concordance is {composite['c_index']:.3f} and the "
        f"average error {_en(mae)} years.",
        "ru": "25 пациентам выполнена трансплантация; их наблюдение считается прерванным случайно, хотя трансплантируют "
        "более тяжёлых. Если событием считать смерть или трансплантацию, индекс конкордации — "
        f"{_ru(composite['c_index'], 3)}, средняя ошибка — {_ru(mae)} года.",
    }
    outside = report.quality["outside_trial"]
    error, bias = outside[f"ipcw_mae_{h}y"], outside[f"bias_{h}y"]
    figures = {
        "en": {"c_index": f"{outside['c_index']:.2f}", "mae": _en(error), "bias": _en(abs(bias)), "side": _side(bias)},
        "ru": {
            "c_index": _ru(outside["c_index"], 2), "mae": _ru(error), "bias": _ru(abs(bias)), "side": _side_ru(bias)
        },
    }  # fmt: skip
    return {
        language: [
            transplants[language],
            *(
                sentence.format(patients=outside["patients"], **figures[language])
                for sentence in recipe.known_limits[language]
            ),
            *_MISSED[language](_missed_targets(recipe, report)),
        ]
        for language in ("en", "ru")
    }


_MISSED = {
    "en": lambda missed: [f"Aimed at and missed: {'; '.join(each['en'] for each in missed)}."] if missed else [],
    "ru": lambda missed: [f"Не достигнутые цели: {'; '.join(each['ru'] for each in missed)}."] if missed else [],
}

C_MINIMUM = 0.84
BIAS_MAXIMUM = 0.1
COVERAGE = (0.78, 0.82)
QUARTER_COVERAGE = (0.70, 0.90)


def _missed_targets(recipe: Recipe, report: Report) -> list[Bilingual]:
    """The aims that the measured figures miss, with the figures."""
    quality: Figures = report.quality
    missed: list[Bilingual] = []
    if exceeds(C_MINIMUM, quality["c_index"]):
        missed.append({
            "en": f"a concordance of {C_MINIMUM:.2f} (it is {quality['c_index']:.3f})",
            "ru": f"индекс конкордации {_ru(C_MINIMUM, 2)} (получено {_ru(quality['c_index'], 3)})",
        })  # fmt: skip
    for years in (recipe.horizon_years, *recipe.others):
        bias = quality[f"bias_{years:.0f}y"]
        if exceeds(abs(bias), BIAS_MAXIMUM):
            missed.append({
                "en": f"a bias within {BIAS_MAXIMUM} years at {years:.0f} years (it is {bias:+.2f})",
                "ru": f"смещение не более {_ru(BIAS_MAXIMUM)} года на горизонте {years:.0f} лет (получено "
                f"{_signed_ru(bias, 2)})",
            })  # fmt: skip
    overall, quarters = quality["interval_coverage"]["overall"], quality["interval_coverage"]["by_quartile"]
    if _is_outside(overall, COVERAGE):
        missed.append({
            "en": f"80 % intervals that hold 78 to 82 % (they hold {100 * overall:.2f} %: where more outlive the "
            "horizon than that, no interval that holds the horizon can hold fewer)",
            "ru": f"80-процентные интервалы с охватом 78–82 % (получено {_ru(100 * overall, 2)} %: там, где горизонт переживает "
            "больше пациентов, интервал с открытой границей не может охватить меньше)",
        })  # fmt: skip
    if _is_outside(quarters, QUARTER_COVERAGE):
        shares = ", ".join(f"{share:.3f}" for share in quarters)
        missed.append({
            "en": f"70 to 90 % in each quarter of risk ({shares})",
            "ru": f"70–90 % в каждой четверти риска ({shares.replace(', ', '; ').replace('.', ',')})",
        })  # fmt: skip
    holds = quality["curve_band"]["simulated"]["holds"] if "curve_band" in quality else None
    if holds is not None and _is_outside(holds, COVERAGE):
        missed.append({
            "en": f"an 80 % band that holds 78 to 82 % of the true curves' points (it holds {100 * holds:.1f} %)",
            "ru": f"80-процентная полоса с охватом 78–82 % точек истинных кривых (получено {_ru(100 * holds)} %)",
        })  # fmt: skip
    return missed


def _is_outside(shares: npt.ArrayLike, limits: tuple[float, float]) -> bool:
    """Return whether any of the shares lies beyond the limits."""
    return bool((exceeds(limits[0], shares) | exceeds(shares, limits[1])).any())


def _side(error: float) -> str:
    return "optimistic" if error > 0 else "pessimistic"


def _side_ru(error: float) -> str:
    return "завышен" if error > 0 else "занижен"


def _en(years: float) -> str:
    return f"{years:.1f}"


def _ru(value: float, decimals: int = 1) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")


def _signed_ru(value: float, decimals: int = 1) -> str:
    return f"{value:+.{decimals}f}".replace(".", ",").replace("-", "−")


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
