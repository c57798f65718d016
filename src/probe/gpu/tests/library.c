/* Plays NVML with four devices: 0 is well, 1 is lost but has a handle, 2 has MIG on, 3 is lost altogether.
   INIT is what the initialisation answers, DEVICES how many there are, and from the count call number LOST_FROM on,
   device 0 is gone. NVML's numbers: 3 not supported, 15 lost. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long long u64;
typedef struct { unsigned version; u64 total, reserved, free, used; } memory;
typedef struct { unsigned gpu, memory; } rates;
typedef struct { unsigned pid; u64 used; unsigned gpu_instance, compute_instance; } process;

static int counted;
static int state(long device) {
  if (device == 2 || (device == 1 && counted >= LOST_FROM)) return 15;
  return 0;
}
#define CHECK(device) if (state((long)device)) return state((long)device)

int nvmlInit_v2(void) { return INIT; }
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char *text, unsigned size) { snprintf(text, size, "550.54.15"); return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { counted++; *count = DEVICES; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
  *device = (void *)(long)(index + 1);
  return index == 3 || (index == 0 && counted >= LOST_FROM) ? 15 : 0;
}
int nvmlDeviceGetUUID(void *device, char *text, unsigned size) {
  CHECK(device);
  snprintf(text, size, "GPU-%ld", (long)device - 1);
  return 0;
}
int nvmlDeviceGetName(void *device, char *text, unsigned size) {
  CHECK(device);
  snprintf(text, size, "A100\033[31m-80G");
  return 0;
}
int nvmlDeviceGetMemoryInfo_v2(void *device, memory *info) {
  CHECK(device);
  info->total = 80ull << 30;
  info->used = 71ull << 30;
  return 0;
}
int nvmlDeviceGetUtilizationRates(void *device, rates *use) { CHECK(device); use->gpu = 93; return 0; }
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *celsius) {
  CHECK(device);
  *celsius = 62;
  return 0;
}
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) {
  CHECK(device);
  *milliwatts = 287500;
  return (long)device == 3 ? 3 : 0;
}
int nvmlDeviceGetEnforcedPowerLimit(void *device, unsigned *milliwatts) {
  CHECK(device);
  *milliwatts = 400000;
  return 0;
}
int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending) {
  CHECK(device);
  *current = *pending = (long)device == 3;
  return 0;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, process *list) {
  CHECK(device);
  unsigned room = *count;
  *count = (long)device == 1;
  if (room < *count) return 7;
  if (*count) {
    memset(list, 0, sizeof *list);
    list->pid = getpid();
    list->used = 70ull << 30;
  }
  return 0;
}
