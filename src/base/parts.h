// Parts: what lies between the separators of a text, one after the other, or taken one by one.
//
// Nothing is copied: the text must stay as long as its parts are looked at.

#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace mailrail {

// What is before the first separator, which is taken away with it; all of it if there is none.
inline std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

// Parts may be empty: `a;` has two, and an empty text has one.
class Parts {
 public:
  Parts(std::string_view text, char separator) : text_(text), separator_(separator) {}

  class Iterator {
   public:
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;

    Iterator(std::string_view rest, char separator) : rest_(rest), separator_(separator) {
      measure();
    }

    std::string_view operator*() const { return rest_.substr(0, size_); }
    Iterator& operator++() {
      is_over_ = size_ == rest_.size();
      rest_.remove_prefix(is_over_ ? size_ : size_ + 1);
      measure();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return is_over_; }

   private:
    void measure() { size_ = std::min(rest_.find(separator_), rest_.size()); }

    std::string_view rest_;
    char separator_;
    std::size_t size_ = 0;
    bool is_over_ = false;
  };

  Iterator begin() const { return {text_, separator_}; }
  static std::default_sentinel_t end() { return {}; }

 private:
  std::string_view text_;
  char separator_;
};

}  // namespace mailrail
