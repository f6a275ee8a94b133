// Boost.JSON, compiled here: policies are trees that are changed and written again.

#include <boost/json/src.hpp>
