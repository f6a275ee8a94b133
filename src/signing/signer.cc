#include "signing/signer.h"

#include <utility>

#include "base/check.h"

namespace mailrail::signing {

Result<void> Signer::load(KeyPair pair) {
  auto key = std::make_unique<const SigningKey>(TRY(SigningKey::read(std::move(pair))));
  const std::lock_guard lock(making_);
  CHECK(own_ == nullptr);
  own_ = std::move(key);
  key_ = own_.get();
  return {};
}

const SigningKey& Signer::key() {
  if (const SigningKey* made = key_) return *made;
  const std::lock_guard lock(making_);
  if (own_ == nullptr) {
    Result<SigningKey> made = SigningKey::read(make_key_pair());
    CHECK(made.has_value());
    own_ = std::make_unique<const SigningKey>(*std::move(made));
    key_ = own_.get();
  }
  return *own_;
}

std::optional<std::string_view> Signer::certificate(std::string_view name) const {
  const SigningKey* made = key_;
  if (made == nullptr || made->certificate_name() != name) return std::nullopt;
  return made->certificate_pem();
}

std::string Signer::sign(Hash hash, std::string_view text) {
  const Digest digest = digest_of(hash, text);
  if (auto signature = kept(digest)) return *std::move(signature);
  std::string signature = key().sign(digest);
  keep(digest, signature);
  return signature;
}

std::optional<std::string> Signer::kept(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(digest);
  if (found == places_.end()) return std::nullopt;
  uses_.splice(uses_.begin(), uses_, found->second);
  return found->second->signature;
}

// Another thread may have signed it meanwhile, with the same signature.
void Signer::keep(const Digest& digest, const std::string& signature) {
  const std::lock_guard lock(mutex_);
  if (places_.contains(digest)) return;
  uses_.push_front({.digest = digest, .signature = signature});
  places_.emplace(digest, uses_.begin());
  if (uses_.size() <= kept_max_) return;
  places_.erase(uses_.back().digest);
  uses_.pop_back();
}

}  // namespace mailrail::signing
