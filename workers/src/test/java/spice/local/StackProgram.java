package spice.local;

import io.temporal.api.enums.v1.IndexedValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import spice.model.Devices;

/// A program that runs a local stack until it is told to stop: `StackProgram HOME TEMPORAL-PORT UI-PORT S3-PORT`.
/// Its one worker only waits; with `unless FILE` the worker ends if that file exists.
final class StackProgram {
    static final WorkerPlan WORKER = new WorkerPlan("worker", StackProgram.class.getName(), List.of("worker"), "32m");
    static final StackPlan PLAN =
            new StackPlan(Map.of("SpiceState", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD), List.of(WORKER));

    private StackProgram() {}

    public static void main(String[] args) throws InterruptedException {
        if (args[0].equals("unless")) {
            if (Files.exists(Path.of(args[1]))) {
                System.out.println(args[1] + " is in the way");
                System.exit(7);
            }
            Thread.sleep(Long.MAX_VALUE);
        }
        if (args[0].equals("worker")) {
            System.out.println("TEMPORAL_ADDRESS " + System.getenv("TEMPORAL_ADDRESS"));
            System.out.println("AWS_ENDPOINT_URL_S3 " + System.getenv("AWS_ENDPOINT_URL_S3"));
            Thread.sleep(Long.MAX_VALUE);
        }
        LocalSettings settings = new LocalSettings(
                Path.of(args[0]),
                TestStacks.ROOT,
                Integer.parseInt(args[1]),
                Integer.parseInt(args[2]),
                Integer.parseInt(args[3]),
                // This program serves no live view.
                1,
                "spice",
                true,
                false,
                "64m",
                "64m",
                Devices.CPU);
        try (LocalStack stack = LocalStack.open(settings, PLAN, TestStacks.environment(), System.out::println)) {
            System.out.println(stack.isOurs() ? "started" : "found");
            stack.awaitEnd();
        }
    }
}
