"""What each column holds, where a laboratory report or the examination states it, and what its values mean.

Sources: the documentation of ``pbc`` in R's package survival, and the Mayo Clinic's description of the data (T. R.
Fleming and D. P. Harrington, Counting Processes and Survival Analysis, 1991, appendix D), which code oedema as 0, 0.5
and 1. Stages: J. Ludwig, E. R. Dickson and G. S. A. McDonald, Virchows Archiv A 379:103 (1978).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages of the page."""

    en: str
    ru: str


@dataclass(frozen=True, slots=True)
class ColumnTexts:
    """The description of a column and, for a category, the meaning of each value."""

    description: Text
    value_titles: Mapping[str, Text] = field(default_factory=dict)


_NO_YES = {"N": Text("No", "Нет"), "Y": Text("Yes", "Да")}

COLUMN_TEXTS: Mapping[str, ColumnTexts] = {
    "ID": ColumnTexts(
        Text(
            "A number or code of your own, by which you recognise the patient in the result. Do not enter names or "
            "numbers of medical records.",
            "Ваш номер или код, по которому вы узнаете пациента в результате. Не указывайте фамилию и номер истории "
            "болезни.",
        )
    ),
    "Age": ColumnTexts(
        Text(
            "Age on the day of the laboratory values, in days as in the study, or in years. Take it from the date of "
            "birth and the date of the sample; do not enter dates.",
            "Возраст в день взятия анализов: в днях, как в исследовании, или в годах. Вычислите его по дате рождения "
            "и дате анализов; сами даты не указывайте.",
        )
    ),
    "Sex": ColumnTexts(
        Text("The patient's sex, as in the medical record.", "Пол пациента, как в истории болезни."),
        {"F": Text("Female", "Женский"), "M": Text("Male", "Мужской")},
    ),
    "Ascites": ColumnTexts(
        Text(
            "Free fluid in the abdomen. See the physical examination or the ultrasound report.",
            "Свободная жидкость в брюшной полости. См. данные осмотра или заключение УЗИ.",
        ),
        _NO_YES,
    ),
    "Hepatomegaly": ColumnTexts(
        Text(
            "An enlarged liver. See the physical examination or the ultrasound report.",
            "Увеличение печени. См. данные осмотра или заключение УЗИ.",
        ),
        _NO_YES,
    ),
    "Spiders": ColumnTexts(
        Text(
            "Spider naevi (spider angiomas, vascular spiders) of the skin, mostly on face, neck, arms and chest. See "
            "the physical examination.",
            "Сосудистые звёздочки (телеангиэктазии) на коже, чаще на лице, шее, руках и груди. См. данные осмотра.",
        ),
        _NO_YES,
    ),
    "Edema": ColumnTexts(
        Text(
            "Oedema, mostly of the legs, and whether diuretics are taken for it. See the physical examination and the "
            "list of medicines. The study codes N, S and Y as 0, 0.5 and 1.",
            "Отёки, чаще ног, и принимает ли пациент от них диуретики (мочегонные). См. данные осмотра и список "
            "лекарств. В исследовании коды N, S и Y записаны как 0, 0,5 и 1.",
        ),
        {
            "N": Text("No oedema, and no diuretics for it", "Отёков нет, диуретики от них не назначены"),
            "S": Text(
                "Oedema without diuretics, or resolved by diuretics",
                "Отёки есть, но без диуретиков, или исчезли на фоне диуретиков",
            ),
            "Y": Text("Oedema despite diuretics", "Отёки сохраняются, несмотря на диуретики"),
        },
    ),
    "Bilirubin": ColumnTexts(
        Text(
            "Total bilirubin in serum, not the direct (conjugated) one. Reports call it Bilirubin total, TBIL or "
            "T. Bili. Usual units: mg/dL in the USA, Germany and Japan; umol/L in most of Europe and in Russia.",
            "Общий билирубин сыворотки, не прямой. В бланках: билирубин общий, TBIL, BIL-T. Обычные единицы: "
            "мкмоль/л в России и большинстве стран Европы; мг/дл в США, Германии и Японии.",
        )
    ),
    "Cholesterol": ColumnTexts(
        Text(
            "Total cholesterol in serum, not LDL or HDL. Reports call it Cholesterol total, CHOL or TC. Usual units: "
            "mg/dL in the USA, Germany, Italy and Japan; mmol/L in the United Kingdom, Scandinavia and Russia.",
            "Общий холестерин сыворотки, не ЛПНП и не ЛПВП. В бланках: холестерин общий, ОХС, CHOL. Обычные единицы: "
            "ммоль/л в России, Великобритании и Скандинавии; мг/дл в США, Германии, Италии и Японии.",
        )
    ),
    "Albumin": ColumnTexts(
        Text(
            "Albumin in serum, not in urine and not as a percentage of the protein. Reports call it Albumin or ALB. "
            "Usual units: g/dL in the USA and Japan; g/L in most of Europe and in Russia.",
            "Альбумин сыворотки, не мочи и не в процентах от белка. В бланках: альбумин, ALB. Обычные единицы: г/л в "
            "России и большинстве стран Европы; г/дл в США и Японии.",
        )
    ),
    "Copper": ColumnTexts(
        Text(
            "Copper in the urine of 24 hours, not in serum and not for a litre of urine. Reports call it Copper, "
            "24-hour urine, or Urine Cu. Usual units: ug/day (also written ug/24h) or umol/day.",
            "Медь в суточной моче, не в сыворотке и не на литр мочи. В бланках: медь в суточной моче, Cu, суточная "
            "экскреция меди. Обычные единицы: мкг/сут или мкмоль/сут.",
        )
    ),
    "Alk_Phos": ColumnTexts(
        Text(
            "Alkaline phosphatase in serum. Reports call it ALP, AP or Alk Phos. Usual units: U/L; ukat/L in Sweden "
            "and Czechia. The study's assay gave higher numbers than those of today, so a value of today may lie below "
            "the training range.",
            "Щелочная фосфатаза сыворотки. В бланках: ЩФ, щелочная фосфатаза, ALP. Обычные единицы: Ед/л; мккат/л в "
            "Швеции и Чехии. Методика исследования давала числа больше нынешних, поэтому нынешнее значение может быть "
            "ниже диапазона обучения.",
        )
    ),
    "SGOT": ColumnTexts(
        Text(
            "Aspartate aminotransferase in serum. Reports call it AST, ASAT, GOT or SGOT. Usual units: U/L; ukat/L in "
            "Sweden and Czechia. The study writes U/mL for the same numbers.",
            "Аспартатаминотрансфераза сыворотки. В бланках: АСТ, АсАТ, AST, SGOT. Обычные единицы: Ед/л; мккат/л в "
            "Швеции и Чехии. В исследовании те же числа записаны в Ед/мл.",
        )
    ),
    "Tryglicerides": ColumnTexts(
        Text(
            "Triglycerides in serum. Reports call them Triglycerides, TG or TRIG. Usual units: mg/dL in the USA, "
            "Germany, Italy and Japan; mmol/L in the United Kingdom, Scandinavia and Russia.",
            "Триглицериды сыворотки. В бланках: триглицериды, ТГ, TG. Обычные единицы: ммоль/л в России, "
            "Великобритании и Скандинавии; мг/дл в США, Германии, Италии и Японии.",
        )
    ),
    "Platelets": ColumnTexts(
        Text(
            "Platelets (thrombocytes) of the blood count. Reports call them PLT. 10^9/L, 10^3/uL, K/uL, G/L and "
            "thousands per microlitre are the same numbers.",
            "Тромбоциты по общему анализу крови. В бланках: тромбоциты, PLT. 10^9/л, 10^3/мкл и тыс/мкл — одни и те "
            "же числа.",
        )
    ),
    "Prothrombin": ColumnTexts(
        Text(
            "Prothrombin time of the patient, in seconds. Reports call it PT or Prothrombin time, beside the INR. Do "
            "not enter the INR, the seconds of the control, or the Quick percentage, which is usual in Germany and "
            "Russia: none of them can be converted, so ask the laboratory for the seconds.",
            "Протромбиновое время пациента в секундах. В бланках: ПВ, протромбиновое время, PT, рядом с МНО. Не "
            "указывайте МНО, секунды контроля и протромбин по Квику в процентах, обычный в России и Германии: их "
            "нельзя пересчитать, спросите секунды в лаборатории.",
        )
    ),
    "Stage": ColumnTexts(
        Text(
            "Histological stage by Ludwig, from the report of a liver biopsy. Leave it empty without a biopsy; "
            "elastography and other scores do not replace it.",
            "Гистологическая стадия по Людвигу, из заключения по биопсии печени. Без биопсии оставьте пустой; "
            "эластография и другие шкалы её не заменяют.",
        ),
        {
            "1": Text(
                "Stage 1: inflammation within the portal tracts", "Стадия 1: воспаление в пределах портальных трактов"
            ),
            "2": Text(
                "Stage 2: inflammation or fibrosis beyond the portal tracts",
                "Стадия 2: воспаление или фиброз за пределами портальных трактов",
            ),
            "3": Text("Stage 3: septal or bridging fibrosis", "Стадия 3: септальный или мостовидный фиброз"),
            "4": Text("Stage 4: cirrhosis", "Стадия 4: цирроз"),
        },
    ),
}
"""The texts of each column that the service uses, by the column's name."""
