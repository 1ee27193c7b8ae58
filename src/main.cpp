#include "bizcomms/app/run.hpp"

int main(int argc, char** argv) { return bizcomms::app::run(argc, argv); }
