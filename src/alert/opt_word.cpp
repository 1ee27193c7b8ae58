#include "bizcomms/alert/opt_word.hpp"

#include "bizcomms/alert/validation.hpp"

namespace bizcomms::alert {

Result<bool> heed(RecipientStore& recipients, const OptWord& word) {
  if (!is_phone_number(word.from)) { return false; }
  return word.out ? recipients.opt_out(word.from, word.word, word.at, word.message) : recipients.opt_in(word.from, word.at, word.message);
}

}  // namespace bizcomms::alert
