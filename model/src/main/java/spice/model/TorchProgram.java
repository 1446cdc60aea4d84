package spice.model;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.TorchCall;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A TorchScript program, compiled by libtorch.
///
/// The text is a resource with one class. libtorch loads only archives, so one is made in memory: the text, and a
/// pickle of an instance whose state is integers and booleans.
final class TorchProgram implements AutoCloseable {
    private final PtSymbolBlock module;

    private TorchProgram(PtSymbolBlock module) {
        this.module = module;
    }

    /// Compiles the resource `name.py` beside this class, which holds the class `className`. The program lives
    /// until it or the manager is closed.
    ///
    /// @param state the attributes that the class declares, without `training`: Integer or Boolean
    static TorchProgram compile(PtNDManager manager, String name, String className, Map<String, Object> state) {
        try {
            InputStream archive = new ByteArrayInputStream(archive(name, className, state));
            return new TorchProgram(JniUtils.loadModule(manager, archive, true, false));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The archive of a program, which Python's `torch.jit.load` reads too.
    static byte[] archive(String name, String className, Map<String, Object> state) {
        try {
            return packed(text(name + ".py"), className, state);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts a call of a method; append its arguments in the method's order.
    Call call(String method) {
        return new Call(method);
    }

    @Override
    public void close() {
        module.close();
    }

    /// One call with its arguments and result, native values that closing the call frees. Resulting tensors belong
    /// to the manager that they are taken into. Argument tensors must live until the call is closed.
    final class Call implements AutoCloseable {
        private final String method;
        private final List<IValue> arguments = new ArrayList<>();
        private final List<IValue> owned = new ArrayList<>();

        private Call(String method) {
            this.method = method;
        }

        private Call argument(IValue value) {
            arguments.add(value);
            owned.add(value);
            return this;
        }

        Call with(NDArray tensor) {
            return argument(IValue.from((PtNDArray) tensor));
        }

        Call with(List<PtNDArray> tensors) {
            return argument(IValue.listFrom(tensors.toArray(PtNDArray[]::new)));
        }

        Call with(double number) {
            return argument(IValue.from(number));
        }

        Call with(long number) {
            return argument(IValue.from(number));
        }

        /// Appends 1 for true, 0 for false.
        Call with(boolean flag) {
            return with(flag ? 1L : 0L);
        }

        /// Appends a list of integers, which the method may change.
        Call withNumbers(long... numbers) {
            return argument(IValue.listFrom(numbers));
        }

        /// Appends the values that another call left in native memory; the method may change them.
        Call with(Held held) {
            arguments.addAll(held.values());
            return this;
        }

        /// Appends one of the values that another call left in native memory; the method may change it.
        Call with(Held held, int value) {
            arguments.add(held.values().get(value));
            return this;
        }

        /// Runs the method for its effect on its arguments.
        void run() {
            result();
        }

        /// Runs the method and returns its tensor.
        PtNDArray tensor(PtNDManager manager) {
            return result().toTensor(manager);
        }

        /// Runs the method and returns its tuple of tensors.
        List<PtNDArray> tensors(PtNDManager manager) {
            List<PtNDArray> tensors = new ArrayList<>();
            for (IValue value : result().toIValueTuple()) {
                owned.add(value);
                tensors.add(value.toTensor(manager));
            }
            return tensors;
        }

        /// Runs the method and leaves its tuple's values in native memory, for other calls.
        Held held() {
            return new Held(List.of(result().toIValueTuple()));
        }

        /// Runs the method and returns its integer. It can be repeated, with the arguments as the method changed
        /// them.
        long number() {
            try (IValue result = ran()) {
                return result.toLong();
            }
        }

        private IValue result() {
            IValue result = ran();
            owned.add(result);
            return result;
        }

        private IValue ran() {
            return TorchCall.run(module, method, arguments.toArray(IValue[]::new));
        }

        @Override
        public void close() {
            owned.forEach(IValue::close);
        }
    }

    /// Values that stay in native memory between calls, until they are closed.
    record Held(List<IValue> values) implements AutoCloseable {
        /// The tensors of a value that is a list of them.
        List<PtNDArray> tensors(int value, PtNDManager manager) {
            return List.of(values.get(value).toTensorArray(manager));
        }

        @Override
        public void close() {
            values.forEach(IValue::close);
        }
    }

    private static String text(String resource) throws IOException {
        try (InputStream stream = TorchProgram.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new ModelException("the resource " + resource + " is missing from the class path of spice.model");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] packed(String text, String className, Map<String, Object> state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "program/data.pkl", instance(className, state));
            store(zip, "program/code/__torch__.py", text.getBytes(StandardCharsets.UTF_8));
            store(zip, "program/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "program/version", "10\n".getBytes(StandardCharsets.UTF_8));
            store(zip, "program/byteorder", "little".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /// A pickle (protocol 2) of `__torch__.ClassName` with the state and `"training": False`.
    private static byte[] instance(String className, Map<String, Object> state) throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2, 'c'});
        pickle.write(("__torch__\n" + className + "\n").getBytes(StandardCharsets.UTF_8));
        pickle.write(new byte[] {'q', 0, ')', (byte) 0x81, '}', '('});
        attribute(pickle, "training", false);
        for (Map.Entry<String, Object> entry : state.entrySet()) {
            attribute(pickle, entry.getKey(), entry.getValue());
        }
        pickle.write(new byte[] {'u', 'b', 'q', 1, '.'});
        return pickle.toByteArray();
    }

    private static void attribute(ByteArrayOutputStream pickle, String name, Object value) throws IOException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        pickle.write('X');
        pickle.write(littleEndian(utf8.length));
        pickle.write(utf8);
        switch (value) {
            case Boolean truth -> pickle.write(truth ? 0x88 : 0x89);
            case Integer number -> {
                pickle.write('J');
                pickle.write(littleEndian(number));
            }
            default -> throw new IllegalArgumentException("a program's attribute cannot be " + value);
        }
    }

    private static byte[] littleEndian(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array();
    }

    /// Adds a file without compression: libtorch does not inflate its archives.
    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
