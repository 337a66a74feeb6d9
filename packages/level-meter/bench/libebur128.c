// Measures interleaved stereo samples of 48 kHz with libebur128, one round for each line on stdin. See contender.mjs.
//
// cc -O2 libebur128.c -lebur128 && ./a.out samples.f32 <frames per block> push|read|filter
#define _POSIX_C_SOURCE 200809L
#include <ebur128.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE = 48000, CHANNELS = 2, TENTH = RATE / 10 };

static double sink;

/** CPU time, like process.cpuUsage(): what else the machine does counts little. */
static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "libebur128.c: %s\n", what);
  exit(1);
}

static float *read_samples(const char *path, size_t *frames) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) fail("cannot open the samples");
  size_t samples = ftell(file) / sizeof(float);
  float *data = malloc(samples * sizeof(float));
  rewind(file);
  if (!data || fread(data, sizeof(float), samples, file) != samples) fail("cannot read the samples");
  fclose(file);
  *frames = samples / CHANNELS;
  return data;
}

static void read_tenth(ebur128_state *state) {
  double value;
  ebur128_loudness_momentary(state, &value);
  sink += value;
  ebur128_loudness_shortterm(state, &value);
  sink += value;
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    ebur128_true_peak(state, channel, &value);
    sink += value;
    ebur128_sample_peak(state, channel, &value);
    sink += value;
  }
}

static void read_second(ebur128_state *state) {
  double value;
  ebur128_loudness_global(state, &value);
  sink += value;
  ebur128_loudness_range(state, &value);
  sink += value;
}

int main(int count, char **arguments) {
  if (count != 4) fail("samples, frames per block and work are needed");
  size_t frames, block = strtoul(arguments[2], NULL, 10);
  float *samples = read_samples(arguments[1], &frames);
  int reads = !strcmp(arguments[3], "read"), filters = !strcmp(arguments[3], "filter");
  int modes = filters ? EBUR128_MODE_M
    : EBUR128_MODE_S | EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_SAMPLE_PEAK;
  int major, minor, patch;
  ebur128_get_version(&major, &minor, &patch);
  printf("ready %d.%d.%d\n", major, minor, patch);
  fflush(stdout);

  for (int character; (character = getchar()) != EOF;) {
    if (character != '\n') continue;
    ebur128_state *state = ebur128_init(CHANNELS, RATE, modes);
    size_t tenth = TENTH, second = RATE;
    long long start = now();
    for (size_t from = 0; from < frames; from += block) {
      size_t length = frames - from < block ? frames - from : block;
      ebur128_add_frames_float(state, samples + from * CHANNELS, length);
      if (!reads) continue;
      if (from + length >= tenth) {
        read_tenth(state);
        tenth += TENTH;
      }
      if (from + length >= second) {
        read_second(state);
        second += RATE;
      }
    }
    if (!filters) {
      read_tenth(state);
      read_second(state);
    }
    long long nanoseconds = now() - start;
    double integrated = 0, peak = 0;
    ebur128_loudness_global(state, &integrated);
    ebur128_true_peak(state, 0, &peak);
    printf("%lld %.4f %.6f\n", nanoseconds, integrated, peak);
    fflush(stdout);
    ebur128_destroy(&state);
  }
  return sink == 0.5; // so that nothing read is optimised away
}
