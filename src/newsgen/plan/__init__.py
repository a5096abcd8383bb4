"""Archive -> every page and asset that the site shall have, with the contexts that templates receive."""

from newsgen.plan.articles import removal_policy
from newsgen.plan.feeds import undated_in_rss
from newsgen.plan.planning import STANDARD, Plan, Planner, plan, site_context
from newsgen.plan.sitemap import has_long_address

__all__ = [
    "STANDARD",
    "Plan",
    "Planner",
    "has_long_address",
    "plan",
    "removal_policy",
    "site_context",
    "undated_in_rss",
]
