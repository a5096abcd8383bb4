"""Archive -> every page and asset that the site shall have, with the contexts that templates receive."""

from newsgen.plan.feeds import undated_in_rss
from newsgen.plan.planning import STANDARD, Plan, Planner, plan, site_context

__all__ = ["STANDARD", "Plan", "Planner", "plan", "site_context", "undated_in_rss"]
