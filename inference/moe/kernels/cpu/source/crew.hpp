// Threads that do one job after another together: whoever is free takes the next piece, and between two jobs they wait
// for each other. A parallel region for each job would wake and send to sleep what is needed again 50 microseconds later.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace house {

class Crew {
 public:
  // Everybody says first how many they are; nobody waits for that.
  void join(int size) { size_.store(size); }

  // Call f for every number below `count`, each by one thread. Jobs are numbered from 0 and done in that order.
  template <typename F>
  void share(int job, int64_t count, int64_t at_once, F f) {
    for (int64_t first; (first = next_[job].fetch_add(at_once, std::memory_order_relaxed)) < count;)
      for (int64_t one = first; one < count && one < first + at_once; ++one) f(one);
  }

  // All of the crew have come here before any goes on; the last to come does `between` first.
  template <typename F>
  void meet(F between) {
    const uint32_t round = round_.load();
    if (arrived_.fetch_add(1) + 1 < size_.load()) return wait(round);
    between();
    arrived_.store(0);
    round_.store(round + 1);
    if (asleep_.load() > 0) wake();
  }

  static constexpr int kJobs = 4;

 private:
  // Waiting is short as long as nobody else wants the cores; where somebody does, he must get them.
  static constexpr int kPatience = 1000;  // pauses: 40 microseconds or so

  void wait(uint32_t round) {
    for (int tries = 0; tries < kPatience; ++tries) {
      if (round_.load(std::memory_order_acquire) != round) return;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
    ++asleep_;
    while (round_.load() == round) sleep(round);
    --asleep_;
  }

#if defined(__linux__)
  void sleep(uint32_t round) { syscall(SYS_futex, &round_, FUTEX_WAIT_PRIVATE, round, nullptr, nullptr, 0); }
  void wake() { syscall(SYS_futex, &round_, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0); }
#else
  void sleep(uint32_t) { std::this_thread::yield(); }
  void wake() {}
#endif

  std::atomic<int> size_{1}, arrived_{0}, asleep_{0};
  std::atomic<uint32_t> round_{0};
  std::atomic<int64_t> next_[kJobs] = {};
};

}  // namespace house
