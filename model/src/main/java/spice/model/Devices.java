package spice.model;

import static spice.model.Preconditions.require;

import ai.djl.Device;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The devices that a process computes on, each with a copy of the model. Sampling uses the first. All share a
/// gradient update's micro-batches, and the first has the optimizer.
///
/// @param names in PyTorch's form: `cpu`, `cuda:0`. The processor may be named more than once
/// @param offloadsOptimizer whether AdamW's moments and a master copy of what learns are kept and stepped in the
///     host's memory instead of on the first device (Ren et al. 2021, "ZeRO-Offload")
public record Devices(List<String> names, boolean offloadsOptimizer) {
    private static final Pattern NAME = Pattern.compile("cpu|cuda:(\\d{1,2})");

    /// The processor. Declared after the pattern, which its constructor uses.
    public static final Devices CPU = new Devices(List.of("cpu"), false);

    public Devices {
        names = List.copyOf(names);
        require(!names.isEmpty(), "no device is named; give cpu, or for example cuda:0,cuda:1");
        for (String name : names) {
            require(NAME.matcher(name).matches(), "%s is no device; give cpu, or for example cuda:0,cuda:1", name);
            require(
                    name.equals("cpu") || names.indexOf(name) == names.lastIndexOf(name),
                    "%s is named twice; a GPU holds one copy of the model",
                    name);
        }
    }

    /// These devices with the optimizer in the host's memory.
    public Devices offloading() {
        return new Devices(names, true);
    }

    /// Parses names separated by commas; `gpu` and `cuda` mean `cuda:0`. The optimizer is on the first device.
    ///
    /// @throws IllegalArgumentException if a name is not a device
    public static Devices parse(String text) {
        return new Devices(
                Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .map(name -> name.equals("gpu") || name.equals("cuda") ? "cuda:0" : name)
                        .toList(),
                false);
    }

    /// How many threads compute in parallel. Each GPU has one, whatever is asked for: it computes one thing at a
    /// time, and every thread needs gradients of its own.
    int threads(int asked) {
        return areProcessors() ? Math.max(asked, names.size()) : names.size();
    }

    /// Whether none of them is a GPU.
    public boolean areProcessors() {
        return names.stream().allMatch("cpu"::equals);
    }

    List<Device> all() {
        return names.stream().map(Devices::device).toList();
    }

    private static Device device(String name) {
        Matcher parts = NAME.matcher(name);
        return parts.matches() && parts.group(1) != null ? Device.gpu(Integer.parseInt(parts.group(1))) : Device.cpu();
    }

    /// Starts libtorch and lets each device compute known numbers.
    ///
    /// @throws ModelException if libtorch does not start, or a device is missing or computes other numbers
    public void test() {
        all().forEach(device -> Torch.newManager(device).close());
    }

    @Override
    public String toString() {
        return String.join(",", names);
    }
}
