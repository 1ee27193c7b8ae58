#include <cstdio>

#include "app/commands.hpp"
#include "app/config_text.hpp"

namespace bizcomms::app {

int run_config(Context& context) {
  Settings defaults;
  const auto text = context.switches.contains("toml")       ? default_file(options(defaults))
                    : context.switches.contains("markdown") ? option_tables(options(defaults))
                                                            : in_force(options(context.settings), context.origins);
  std::fputs(text.c_str(), stdout);
  return k_done;
}

}  // namespace bizcomms::app
