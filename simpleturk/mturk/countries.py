"""Codes of countries and of the subdivisions of the United States. Source: ISO 3166-1 and ISO 3166-2, November 2026."""

#: The countries' two-letter codes.
COUNTRIES = tuple(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split()
)

#: The states of the US, the District of Columbia and the outlying areas.
US_STATES = tuple(
    "AK AL AR AS AZ CA CO CT DC DE FL GA GU HI IA ID IL IN KS KY LA MA MD ME MI MN MO MP MS MT NC ND NE NH NJ NM NV "
    "NY OH OK OR PA PR RI SC SD TN TX UM UT VA VI VT WA WI WV WY".split()
)

#: Codes that people write for countries, and the code of ISO 3166-1.
_USUAL_MISTAKES = {
    "UK": "GB",
    "EN": "GB",
    "EL": "GR",
    "JA": "JP",
    "KO": "KR",
    "ZH": "CN",
    "DA": "DK",
    "CS": "CZ",
}


def place_mistake(country: str, subdivision: str = "") -> str | None:
    """What is wrong with the codes of a place, with a suggestion; None if they exist. "" is no subdivision.

    Only the US has subdivisions here, as on MTurk: "US", "CA".
    """
    if country not in COUNTRIES:
        usual = _USUAL_MISTAKES.get(country) or (f"US-{country}" if country in US_STATES and not subdivision else "")
        return f"{country!r} is not the code of a country" + (f": did you mean {usual}?" if usual else "")
    if subdivision and country != "US":
        return f"{country}-{subdivision} is a part of {country}: only the US has codes of states"
    if subdivision and subdivision not in US_STATES:
        return f"US-{subdivision} is not the code of a state"
    return None
