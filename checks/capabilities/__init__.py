"""USE: capabilities that need a word, safeguards taken out, synthesis without a mark."""

from ...auditor.rule import RuleClass
from .faces import (
    BiometricCategorisation,
    EmotionRecognition,
    FaceRecognition,
    FaceScraping,
)
from .names import (
    AutonomousWeapon,
    BioDesign,
    IntimateImagery,
    OffensiveGeneration,
    SafetyOff,
)
from .people_seen import PersonTracking, SocialScraping
from .provides import ProvidesCapability
from .safeguards import SafeguardRemoved
from .scoring import AnnexThreeScoring, PredictivePolicing, SocialScoring
from .swaps import FaceSwap
from .voices import UnmarkedSynthesis, VoiceCloning

RULES: tuple[RuleClass, ...] = (
    ProvidesCapability,
    SafeguardRemoved,
    UnmarkedSynthesis,
    FaceRecognition,
    FaceScraping,
    EmotionRecognition,
    BiometricCategorisation,
    PersonTracking,
    VoiceCloning,
    FaceSwap,
    IntimateImagery,
    SafetyOff,
    SocialScoring,
    PredictivePolicing,
    AnnexThreeScoring,
    OffensiveGeneration,
    BioDesign,
    AutonomousWeapon,
    SocialScraping,
)
