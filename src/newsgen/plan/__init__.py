"""Archive -> every page and asset that the site shall have, with the contexts that templates receive."""

from newsgen.plan.articles import removal_policy
from newsgen.plan.feeds import undated_in_rss
from newsgen.plan.permanence import Settled, is_in_grace, is_page, silent_change
from newsgen.plan.planning import STANDARD, Plan, Planner, plan, site_context
from newsgen.plan.sitemap import has_long_address

__all__ = [
    "STANDARD",
    "Plan",
    "Planner",
    "Settled",
    "has_long_address",
    "is_in_grace",
    "is_page",
    "plan",
    "removal_policy",
    "silent_change",
    "site_context",
    "undated_in_rss",
]
