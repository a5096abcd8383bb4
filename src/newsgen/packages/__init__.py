"""A site as one package for keeping: a bag of its sources and pages, or a web archive of its pages."""

from newsgen.packages.bag import Bagged, check_info, write_bag
from newsgen.packages.contents import Progress, check_place, count_of_others
from newsgen.packages.webarchive import write_wacz

__all__ = ["Bagged", "Progress", "check_info", "check_place", "count_of_others", "write_bag", "write_wacz"]
