package spice.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Access to libtorch: starts it once, tests it, and sets each thread before it computes.
final class Torch {
    private static @Nullable Engine engine;
    private static final Set<Device> TESTED = new HashSet<>();

    private Torch() {}

    /// libtorch's number of a type.
    static long number(DataType type) {
        return switch (type) {
            case FLOAT32 -> 6;
            case FLOAT64 -> 7;
            case BFLOAT16 -> 15;
            default -> throw new IllegalArgumentException("nothing here is computed in " + type);
        };
    }

    /// A new manager of a device's memory. The first call starts the engine, and the first call for a device tests
    /// it there.
    ///
    /// @throws ModelException if libtorch does not start, or fails its self-test on the device
    static synchronized PtNDManager newManager(Device device) {
        Engine started = engine();
        if (!TESTED.contains(device)) {
            selfTest(started, device);
            TESTED.add(device);
        }
        return (PtNDManager) started.newBaseManager(device);
    }

    private static synchronized Engine engine() {
        if (engine == null) {
            // Otherwise DJL asks the network for natives and sends telemetry.
            System.setProperty("ai.djl.offline", "true");
            engine = started();
        }
        return engine;
    }

    private static Engine started() {
        try {
            return Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            throw new ModelException(
                    "libtorch does not start: %s. It needs linux-x86_64 with glibc, and about 500 MB free where DJL unpacks it (ENGINE_CACHE_DIR, else ~/.djl.ai); for CUDA what docs/gpus.md says"
                            .formatted(firstLine(root(e))),
                    e);
        }
    }

    /// Sets the calling thread up. libtorch keeps three settings per thread. A new thread starts with gradients
    /// on, as many threads as cores, and an executor that rewrites programs by what it has seen, which would make
    /// results depend on history.
    static void prepareThread(int intraOpThreads) {
        engine();
        prepareStarted(intraOpThreads);
    }

    private static void prepareStarted(int intraOpThreads) {
        JniUtils.setNumThreads(intraOpThreads);
        JniUtils.setGradMode(false);
        JniUtils.setGraphExecutorOptimize(false);
    }

    /// Runs a computation with gradients recorded on this thread; turns recording off afterwards.
    static <T> T withGradients(Supplier<T> computation) {
        JniUtils.setGradMode(true);
        try {
            return computation.get();
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    /// Compares computations with known numbers. DJL's binding fits one version of libtorch; another one loads
    /// without complaint and then computes garbage, since the layout of a tensor is compiled into the binding.
    private static void selfTest(Engine engine, Device device) {
        prepareStarted(1);
        try (NDManager manager = engine.newBaseManager(device);
                TorchProgram program = TorchProgram.compile((PtNDManager) manager, "self_test", "SelfTest", Map.of())) {
            NDArray x = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
            expect("a transposed 2 x 3 matrix", x.transpose(), 1, 4, 2, 5, 3, 6);
            try (TorchProgram.Call call = program.call("product").with(x)) {
                expect("its product with itself", call.tensor((PtNDManager) manager), 14, 32, 32, 77);
            }
            NDArray square = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));
            NDArray w = manager.eye(2);
            w.setRequiresGradient(true);
            try (TorchProgram.Call call = program.call("gradient").with(square).with(w)) {
                expect("a gradient", withGradients(() -> call.tensor((PtNDManager) manager)), 20, 28, 28, 40);
            }
            NDArray values = manager.create(new float[] {1, 2, 3, 6}, new Shape(1, 1, 2, 2));
            for (DataType type : List.of(DataType.FLOAT32, DataType.BFLOAT16)) {
                try (TorchProgram.Call call =
                        program.call("attention").with(values).with(number(type))) {
                    expect("attention", call.tensor((PtNDManager) manager), 1, 2, 2, 4, 1, 2, 2, 4);
                }
            }
            try (TorchProgram.Call call = program.call("rounded_product").with(x)) {
                expect("a product in bfloat16", call.tensor((PtNDManager) manager), 14, 32, 32, 77);
            }
        } catch (ModelException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            if (device.isGpu()) {
                throw new ModelException(
                        "cuda:%d cannot be used: %s. It needs a GPU of this number, its driver, and libtorch for CUDA in place of the processor's: docs/gpus.md says how"
                                .formatted(device.getDeviceId(), firstSentence(e)),
                        e);
            }
            throw misfit("the self-test ended with: " + e.getMessage());
        }
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /// The first sentence of a failure; libtorch appends a list of everything that it supports.
    private static String firstSentence(Throwable failure) {
        return firstLine(failure).split("\\. ", 2)[0];
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    static void expect(String what, NDArray found, float... expected) {
        float[] values = found.toFloatArray();
        if (!Arrays.equals(values, expected)) {
            throw misfit(
                    "%s should be %s and is %s".formatted(what, Arrays.toString(expected), Arrays.toString(values)));
        }
    }

    private static ModelException misfit(String symptom) {
        return new ModelException(
                "libtorch and DJL's binding do not fit together (%s). Unset PYTORCH_LIBRARY_PATH and PYTORCH_VERSION, and take pytorch-native and pytorch-jni of one version, as in the pom"
                        .formatted(symptom));
    }
}
