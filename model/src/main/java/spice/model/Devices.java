package spice.model;

import static spice.model.Check.require;

import ai.djl.Device;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a process computes on: one device or several, each with a copy of the model. Sampling uses the first; a
/// gradient update's micro-batches are dealt out to all, and the first has the optimizer.
///
/// @param names as PyTorch's: `cpu`, `cuda:0`. The processor may be named more than once
/// @param offloadsOptimizer whether AdamW's moments and a master copy of what learns are in the host's memory, and
///     step there, instead of on the first device (Ren et al. 2021, "ZeRO-Offload")
public record Devices(List<String> names, boolean offloadsOptimizer) {
    private static final Pattern NAME = Pattern.compile("cpu|cuda:(\\d{1,2})");

    /// The processor. After the pattern, which it is held to.
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

    /// The same, with the optimizer in the host's memory.
    public Devices offloading() {
        return new Devices(names, true);
    }

    /// Names with commas between them; `gpu` is `cuda:0`. The optimizer is on the first.
    ///
    /// @throws IllegalArgumentException if one is no device
    public static Devices parse(String text) {
        return new Devices(
                Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .map(name -> name.equals("gpu") || name.equals("cuda") ? "cuda:0" : name)
                        .toList(),
                false);
    }

    /// How many threads compute at a time. A GPU has one, whatever is asked for, since it computes one thing at a
    /// time and each thread has gradients of its own.
    int threads(int asked) {
        return areProcessors() ? Math.max(asked, names.size()) : names.size();
    }

    /// Whether no GPU is among them.
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
    /// @throws ModelException if libtorch does not start, or a device is not there or computes something else
    public void test() {
        all().forEach(device -> Torch.newManager(device).close());
    }

    @Override
    public String toString() {
        return String.join(",", names);
    }
}
