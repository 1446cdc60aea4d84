package spice.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import spice.local.LocalSettings;
import spice.local.StackPlan;
import spice.local.TemporalLadder;
import spice.local.WorkerPlan;
import spice.model.Devices;
import spice.runs.SpiceSearchAttributes;
import spice.store.Json;
import spice.vllm.VllmSettings;

/// What the local stack consists of: servers, and workers that are started by `spice worker`.
final class StandardStacks {
    private StandardStacks() {}

    /// One worker for the steps that need no model and one for those that do, which take turns on its device.
    ///
    /// @param corpora names and folders that runs may read, beside the spice merchant's archive
    /// @param vllm server that samples instead of the second worker's process
    /// @param environment tells whether the Temporal server is ours: then the workers' build becomes the current
    /// one
    static StackPlan standard(
            LocalSettings settings,
            Map<String, Path> corpora,
            Optional<VllmSettings> vllm,
            Map<String, String> environment) {
        Map<String, Path> all = new TreeMap<>(corpora);
        all.put(DemoCorpus.NAME, DemoCorpus.below(settings.home()));
        List<String> runs = new ArrayList<>();
        if (!TemporalLadder.isConfigured(settings, environment)) {
            runs.add("--make-current");
        }
        all.forEach((name, folder) -> runs.addAll(List.of("--corpus", name + "=" + folder)));
        return new StackPlan(
                SpiceSearchAttributes.ALL,
                List.of(
                        worker("cpu-worker", "cpu", runs, settings.cpuHeap(), settings),
                        worker("gpu-worker", "sample,train", onDevice(settings, vllm), settings.gpuHeap(), settings)));
    }

    private static List<String> onDevice(LocalSettings settings, Optional<VllmSettings> vllm) {
        List<String> arguments = new ArrayList<>(sampling(vllm));
        if (!settings.devices().equals(Devices.CPU)) {
            arguments.addAll(List.of("--device", settings.devices().toString()));
        }
        return arguments;
    }

    private static List<String> sampling(Optional<VllmSettings> vllm) {
        return vllm.map(by -> List.of(
                        "--vllm",
                        by.server().toString(),
                        "--vllm-model-folder",
                        by.folder().toString(),
                        "--vllm-requests",
                        Integer.toString(by.requests())))
                .orElse(List.of());
    }

    /// The folder below which the stack's runs name models.
    static Path models(LocalSettings settings) {
        return settings.root().resolve("models");
    }

    /// The servers without workers.
    static StackPlan servers() {
        return new StackPlan(SpiceSearchAttributes.ALL, List.of());
    }

    /// Tells this folder of this machine from others, since several stacks may use one Temporal server.
    private static String place(LocalSettings settings) {
        String process = ManagementFactory.getRuntimeMXBean().getName();
        String machine = process.substring(process.indexOf('@') + 1);
        return Json.digest(List.of(machine, settings.home().toString())).substring(0, 6);
    }

    private static WorkerPlan worker(
            String name, String queue, List<String> others, String heap, LocalSettings settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "worker",
                "--name",
                "%s.%s".formatted(name, place(settings)),
                "--queues",
                queue,
                "--models",
                models(settings).toString(),
                "--cache",
                settings.cache().toString()));
        arguments.addAll(others);
        return new WorkerPlan(name, Spice.class.getName(), arguments, heap);
    }
}
