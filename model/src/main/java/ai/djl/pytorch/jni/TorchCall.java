package ai.djl.pytorch.jni;

import ai.djl.pytorch.engine.PtSymbolBlock;

/// Runs a method of a TorchScript module by its name.
///
/// DJL's public `IValueUtils.runMethod` runs in inference mode: its results can neither be changed in place nor be
/// part of a gradient. The package-private call below follows the thread's own grad mode instead.
public final class TorchCall {
    private TorchCall() {}

    /// Returns the method's result, which the caller closes.
    public static IValue run(PtSymbolBlock module, String method, IValue... arguments) {
        long[] handles = new long[arguments.length];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = arguments[i].getHandle();
        }
        return new IValue(PyTorchLibrary.LIB.moduleRunMethod(module.getHandle(), method, handles, true, false));
    }
}
