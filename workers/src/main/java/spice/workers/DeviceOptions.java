package spice.workers;

import picocli.CommandLine.Option;
import spice.local.UserError;
import spice.model.Devices;

/// What a worker's model samples and learns on.
final class DeviceOptions {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DevicesConverter.class,
            description =
                    "What the model samples and learns on: cpu, cuda:0, or several with commas, over which gradient"
                            + " updates are spread (default: cpu). One worker a GPU, or one for all that train together.")
    private Devices devices = Devices.CPU;

    @Option(
            names = "--offload-optimizer",
            description = "Keep AdamW's moments and a master copy of the weights in the machine's memory instead of the"
                    + " GPU's, and step there: for a model that does not fit otherwise.")
    private boolean offload;

    /// The devices.
    ///
    /// @throws UserError if there is nothing to be taken off
    Devices devices() {
        if (offload && devices.areProcessors()) {
            throw new UserError(
                    "--offload-optimizer is for a GPU; with --device %s the optimizer is in the machine's memory already"
                            .formatted(devices),
                    ExitCode.BAD_INPUT);
        }
        return offload ? devices.offloading() : devices;
    }
}
