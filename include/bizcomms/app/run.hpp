// The binary: reads the command line, runs one subcommand, returns the exit code (0 done, 1 failed, 2 wrong usage).
#pragma once

namespace bizcomms::app {

[[nodiscard]] int run(int argc, char** argv);

}  // namespace bizcomms::app
