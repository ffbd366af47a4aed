// ONNX Runtime's C interface, as much of it as Lapwing calls, declared here: the library is opened at run time, so that
// Lapwing runs without it, and the packages that bring the library bring no header.
//
// The interface is one table of function pointers. Its order is fixed for ever: functions are only added at its end
// (https://onnxruntime.ai/docs/api/c/struct_ort_api.html). What is not called here is a gap of so many pointers; the
// assertions below say at which place each function must come to lie.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The table's version that is asked for: the first that has the last function named below (ONNX Runtime 1.17).
enum { LapwingOrtApiVersion = 17 };

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtTensorRTProviderOptionsV2 OrtTensorRTProviderOptionsV2;
typedef struct OrtCUDAProviderOptionsV2 OrtCUDAProviderOptionsV2;

// C's enumerations are ints here: only these values are used.
enum {
    LapwingOrtLogFatal = 4,          // OrtLoggingLevel
    LapwingOrtOptimizeNothing = 0,   // GraphOptimizationLevel
    LapwingOrtOptimizeAll = 99,      // GraphOptimizationLevel
    LapwingOrtArenaAllocator = 1,    // OrtAllocatorType
    LapwingOrtMemTypeDefault = 0,    // OrtMemType
    LapwingOrtFloat = 1,             // ONNXTensorElementDataType
};

#pragma clang assume_nonnull begin

// A null status is success; any other must be given back to ReleaseStatus.
typedef OrtStatus *_Nullable OrtResult;

typedef struct OrtApi {
    uintptr_t gap0[2];
    const char *_Nonnull (*GetErrorMessage)(const OrtStatus *status);
    OrtResult (*CreateEnv)(int severity, const char *name, OrtEnv *_Nullable *_Nonnull out);
    uintptr_t gap4[2];
    OrtResult (*DisableTelemetryEvents)(const OrtEnv *env);
    OrtResult (*CreateSession)(
        const OrtEnv *env, const char *path, const OrtSessionOptions *options, OrtSession *_Nullable *_Nonnull out);
    uintptr_t gap8[1];
    OrtResult (*Run)(
        OrtSession *session, const OrtRunOptions *_Nullable options, const char *_Nullable const *_Nonnull input_names,
        const OrtValue *_Nullable const *_Nonnull inputs, size_t input_count,
        const char *_Nullable const *_Nonnull output_names, size_t output_count,
        OrtValue *_Nullable *_Nonnull outputs);
    OrtResult (*CreateSessionOptions)(OrtSessionOptions *_Nullable *_Nonnull out);
    uintptr_t gap11[12];
    OrtResult (*SetSessionGraphOptimizationLevel)(OrtSessionOptions *options, int level);
    OrtResult (*SetIntraOpNumThreads)(OrtSessionOptions *options, int count);
    OrtResult (*SetInterOpNumThreads)(OrtSessionOptions *options, int count);
    uintptr_t gap26[4];
    OrtResult (*SessionGetInputCount)(const OrtSession *session, size_t *out);
    OrtResult (*SessionGetOutputCount)(const OrtSession *session, size_t *out);
    uintptr_t gap32[1];
    OrtResult (*SessionGetInputTypeInfo)(const OrtSession *session, size_t index, OrtTypeInfo *_Nullable *_Nonnull out);
    OrtResult (*SessionGetOutputTypeInfo)(const OrtSession *session, size_t index, OrtTypeInfo *_Nullable *_Nonnull out);
    uintptr_t gap35[1];
    OrtResult (*SessionGetInputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char *_Nullable *_Nonnull out);
    OrtResult (*SessionGetOutputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char *_Nullable *_Nonnull out);
    uintptr_t gap38[1];
    OrtResult (*CreateRunOptions)(OrtRunOptions *_Nullable *_Nonnull out);
    uintptr_t gap40[6];
    OrtResult (*RunOptionsSetTerminate)(OrtRunOptions *options);
    OrtResult (*RunOptionsUnsetTerminate)(OrtRunOptions *options);
    uintptr_t gap48[1];
    OrtResult (*CreateTensorWithDataAsOrtValue)(
        const OrtMemoryInfo *info, void *data, size_t byte_count, const int64_t *shape, size_t dimension_count, int type,
        OrtValue *_Nullable *_Nonnull out);
    uintptr_t gap50[5];
    OrtResult (*CastTypeInfoToTensorInfo)(
        const OrtTypeInfo *info, const OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out);
    uintptr_t gap56[4];
    OrtResult (*GetTensorElementType)(const OrtTensorTypeAndShapeInfo *info, int *out);
    OrtResult (*GetDimensionsCount)(const OrtTensorTypeAndShapeInfo *info, size_t *out);
    OrtResult (*GetDimensions)(const OrtTensorTypeAndShapeInfo *info, int64_t *sizes, size_t count);
    OrtResult (*GetSymbolicDimensions)(
        const OrtTensorTypeAndShapeInfo *info, const char *_Nullable *_Nonnull names, size_t count);
    uintptr_t gap64[1];
    OrtResult (*GetTensorTypeAndShape)(const OrtValue *value, OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out);
    uintptr_t gap66[3];
    OrtResult (*CreateCpuMemoryInfo)(int allocator_type, int memory_type, OrtMemoryInfo *_Nullable *_Nonnull out);
    uintptr_t gap70[6];
    OrtResult (*AllocatorFree)(OrtAllocator *allocator, void *memory);
    uintptr_t gap77[1];
    OrtResult (*GetAllocatorWithDefaultOptions)(OrtAllocator *_Nullable *_Nonnull out);  // Not to be freed.
    uintptr_t gap79[13];
    void (*ReleaseEnv)(OrtEnv *env);
    void (*ReleaseStatus)(OrtStatus *status);
    void (*ReleaseMemoryInfo)(OrtMemoryInfo *info);
    void (*ReleaseSession)(OrtSession *session);
    void (*ReleaseValue)(OrtValue *value);
    void (*ReleaseRunOptions)(OrtRunOptions *options);
    void (*ReleaseTypeInfo)(OrtTypeInfo *info);
    void (*ReleaseTensorTypeAndShapeInfo)(OrtTensorTypeAndShapeInfo *info);
    void (*ReleaseSessionOptions)(OrtSessionOptions *options);
    uintptr_t gap101[23];
    OrtResult (*AddFreeDimensionOverrideByName)(OrtSessionOptions *options, const char *name, int64_t size);
    OrtResult (*GetAvailableProviders)(char *_Nullable *_Nullable *_Nonnull out, int *count);
    OrtResult (*ReleaseAvailableProviders)(char *_Nullable *_Nonnull names, int count);
    uintptr_t gap127[3];
    OrtResult (*AddSessionConfigEntry)(OrtSessionOptions *options, const char *key, const char *value);
    uintptr_t gap131[39];
    OrtResult (*SessionOptionsAppendExecutionProvider_TensorRT_V2)(
        OrtSessionOptions *options, const OrtTensorRTProviderOptionsV2 *provider);
    OrtResult (*CreateTensorRTProviderOptions)(OrtTensorRTProviderOptionsV2 *_Nullable *_Nonnull out);
    OrtResult (*UpdateTensorRTProviderOptions)(
        OrtTensorRTProviderOptionsV2 *provider, const char *_Nullable const *_Nonnull keys,
        const char *_Nullable const *_Nonnull values, size_t count);
    uintptr_t gap173[1];
    void (*ReleaseTensorRTProviderOptions)(OrtTensorRTProviderOptionsV2 *provider);
    uintptr_t gap175[29];
    OrtResult (*SessionOptionsAppendExecutionProvider_CUDA_V2)(
        OrtSessionOptions *options, const OrtCUDAProviderOptionsV2 *provider);
    OrtResult (*CreateCUDAProviderOptions)(OrtCUDAProviderOptionsV2 *_Nullable *_Nonnull out);
    OrtResult (*UpdateCUDAProviderOptions)(
        OrtCUDAProviderOptionsV2 *provider, const char *_Nullable const *_Nonnull keys,
        const char *_Nullable const *_Nonnull values, size_t count);
    uintptr_t gap207[1];
    void (*ReleaseCUDAProviderOptions)(OrtCUDAProviderOptionsV2 *provider);
    uintptr_t gap209[64];
    OrtResult (*SetDeterministicCompute)(OrtSessionOptions *options, bool value);
} OrtApi;

// What the library's only exported function, OrtGetApiBase, returns.
typedef struct OrtApiBase {
    const OrtApi *_Nullable (*GetApi)(uint32_t version);  // Null where the library is older.
    const char *_Nonnull (*GetVersionString)(void);
} OrtApiBase;

typedef const OrtApiBase *_Nullable (*OrtGetApiBaseFunction)(void);

// dladdr(3) and its Dl_info, which <dlfcn.h> declares only for _GNU_SOURCE: in what file a function lies.
typedef struct LapwingSymbolPlace {
    const char *_Nullable file;
    void *_Nullable base;
    const char *_Nullable symbol;
    void *_Nullable address;
} LapwingSymbolPlace;
extern int lapwing_dladdr(const void *address, LapwingSymbolPlace *place) __asm__("dladdr");

#pragma clang assume_nonnull end

#define LAPWING_ORT_PLACE(function, place) \
    static_assert(offsetof(OrtApi, function) == (place) * sizeof(void *), #function " lies elsewhere in the table")

LAPWING_ORT_PLACE(GetErrorMessage, 2);
LAPWING_ORT_PLACE(CreateEnv, 3);
LAPWING_ORT_PLACE(DisableTelemetryEvents, 6);
LAPWING_ORT_PLACE(CreateSession, 7);
LAPWING_ORT_PLACE(Run, 9);
LAPWING_ORT_PLACE(CreateSessionOptions, 10);
LAPWING_ORT_PLACE(SetSessionGraphOptimizationLevel, 23);
LAPWING_ORT_PLACE(SetInterOpNumThreads, 25);
LAPWING_ORT_PLACE(SessionGetInputCount, 30);
LAPWING_ORT_PLACE(SessionGetOutputTypeInfo, 34);
LAPWING_ORT_PLACE(SessionGetInputName, 36);
LAPWING_ORT_PLACE(CreateRunOptions, 39);
LAPWING_ORT_PLACE(RunOptionsSetTerminate, 46);
LAPWING_ORT_PLACE(CreateTensorWithDataAsOrtValue, 49);
LAPWING_ORT_PLACE(CastTypeInfoToTensorInfo, 55);
LAPWING_ORT_PLACE(GetTensorElementType, 60);
LAPWING_ORT_PLACE(GetSymbolicDimensions, 63);
LAPWING_ORT_PLACE(GetTensorTypeAndShape, 65);
LAPWING_ORT_PLACE(CreateCpuMemoryInfo, 69);
LAPWING_ORT_PLACE(AllocatorFree, 76);
LAPWING_ORT_PLACE(GetAllocatorWithDefaultOptions, 78);
LAPWING_ORT_PLACE(ReleaseEnv, 92);
LAPWING_ORT_PLACE(ReleaseSessionOptions, 100);
LAPWING_ORT_PLACE(AddFreeDimensionOverrideByName, 124);
LAPWING_ORT_PLACE(GetAvailableProviders, 125);
LAPWING_ORT_PLACE(AddSessionConfigEntry, 130);
LAPWING_ORT_PLACE(SessionOptionsAppendExecutionProvider_TensorRT_V2, 170);
LAPWING_ORT_PLACE(UpdateTensorRTProviderOptions, 172);
LAPWING_ORT_PLACE(ReleaseTensorRTProviderOptions, 174);
LAPWING_ORT_PLACE(SessionOptionsAppendExecutionProvider_CUDA_V2, 204);
LAPWING_ORT_PLACE(ReleaseCUDAProviderOptions, 208);
LAPWING_ORT_PLACE(SetDeterministicCompute, 273);
