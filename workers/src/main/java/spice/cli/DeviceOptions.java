package spice.cli;

import picocli.CommandLine.Option;
import spice.model.Devices;
import spice.program.ExitCode;
import spice.program.UserError;

/// Options that say which devices a worker's model samples and learns on.
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

    /// The devices that the options name.
    ///
    /// @throws UserError if the optimizer is to be offloaded from a processor, whose memory it is in already
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
