// Boost.JSON, compiled here.

#include <boost/json/src.hpp>
