#include "engine/shared_bodies.h"

#include "base/check.h"
#include "base/seeded_bug.h"

namespace mailrail::engine {

Index SharedBodies::obtain(Seq publication, TopicId topic, const Body& body) {
  const Index known = index_.find(publication);
  if (known != no_index) return known;
  const Index made = bodies_.take();
  bodies_[made] = {
      .publication = publication, .position = body.position, .length = body.length, .topic = topic};
  index_.insert(publication, made);
  live_.add(body.position, body.length);
  return made;
}

void SharedBodies::leave(Index body) {
  SharedBody& left = bodies_[body];
  CHECK(left.messages > 0);
  left.messages -= 1;
  if (has_bug(SeededBug::frees_shared_bodies_early) && left.messages == 1) {
    live_.remove(left.position, left.length);
    return;
  }
  if (left.messages > 0) return;
  if (!left.is_damaged) live_.remove(left.position, left.length);
  index_.erase(left.publication);
  bodies_.give_back(body);
}

void SharedBodies::relocate(Index body, Position position) {
  SharedBody& relocated = bodies_[body];
  if (!relocated.is_damaged) {
    live_.remove(relocated.position, relocated.length);
    live_.add(position, relocated.length);
  }
  if (!has_bug(SeededBug::leaves_shared_bodies)) relocated.position = position;
}

void SharedBodies::mark_damaged(Index body) {
  SharedBody& damaged = bodies_[body];
  if (damaged.is_damaged) return;
  damaged.is_damaged = true;
  live_.remove(damaged.position, damaged.length);
}

}  // namespace mailrail::engine
