package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtSymbolBlock;

/// Runs a method of a TorchScript module by its name.
///
/// DJL's public `IValueUtils.runMethod` runs in inference mode: its results can neither be changed in place nor
/// be part of a gradient. The call below, which is package-private, follows the thread's own grad mode instead.
public final class TorchCall {
    private TorchCall() {}

    /// The method's result, to be closed by the caller.
    public static IValue run(PtSymbolBlock module, String method, IValue... arguments) {
        long[] handles = new long[arguments.length];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = arguments[i].getHandle();
        }
        return new IValue(PyTorchLibrary.LIB.moduleRunMethod(module.getHandle(), method, handles, true, false));
    }
}
