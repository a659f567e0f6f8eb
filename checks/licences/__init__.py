"""LIC: licences that flow from base models and data into what the repository declares."""

from ...auditor.rule import RuleClass
from .apart import WeightsLicensedApart
from .data_terms import NonCommercialData
from .flow import LicenceBroaderThanBase, NoticeMissing, PassOnTermsDropped
from .identifiers import UnknownLicenceId
from .stated import LicencesDisagree, LicenceUnspecified, NoLicence
from .territory import TerritoryExcluded
from .undeclared import UndeclaredBaseModel

RULES: tuple[RuleClass, ...] = (
    NoLicence,
    LicenceBroaderThanBase,
    PassOnTermsDropped,
    UndeclaredBaseModel,
    NonCommercialData,
    LicencesDisagree,
    LicenceUnspecified,
    UnknownLicenceId,
    NoticeMissing,
    TerritoryExcluded,
    WeightsLicensedApart,
)
