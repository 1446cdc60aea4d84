package spice.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.Status;
import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleAlreadyRunningException;
import io.temporal.client.schedules.ScheduleBackfill;
import io.temporal.client.schedules.ScheduleException;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.client.schedules.ScheduleOptions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.temporal.NightlySchedule;
import spice.temporal.Patience;
import spice.temporal.RunStarter;
import spice.temporal.ScheduleLine;
import spice.temporal.TemporalConnection;

/// `spice schedule`: continues a lineage night after night.
@Command(
        name = "schedule",
        description = "Continue a lineage again and again, with the documents that are there each time.",
        footer = {
            "",
            "A start while the one before still runs is skipped. A run that fails pauses the schedule; `spice status`",
            "says why. The schedule's page in the Temporal UI shows and edits the same.",
            "Example: spice schedule create nightly --lineage mine --cron \"0 2 * * *\" --iterations 20 --max-hours 6"
        })
final class ScheduleCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.BAD_INPUT;
    }

    @Command(description = "Make a schedule.")
    int create(
            @Parameters(paramLabel = "NAME", description = "The schedule's name.") String name,
            @Option(names = "--lineage", description = "The lineage to continue (default: the schedule's name).")
                    @Nullable
                    String lineage,
            @Option(names = "--cron", description = "When, as minute hour day month weekday, e.g. \"0 2 * * *\".")
                    @Nullable
                    String cron,
            @Option(names = "--time-zone", description = "Of --cron, e.g. Europe/Berlin (default: UTC).") @Nullable
                    String timeZone,
            @Option(names = "--every", description = "How often instead, e.g. 24h, 90m or 30s.") @Nullable String every,
            @Option(
                            names = "--catch-up",
                            defaultValue = "1h",
                            description =
                                    "How late a start may be made up for after the server was down (default: 1h).")
                    String catchUp,
            @Option(names = "--max-hours", description = "Begin no iteration later than so many hours after the start.")
                    @Nullable
                    Double maxHours,
            @Mixin RunOptions options) {
        ObjectNode settings = options.object();
        if (maxHours != null) {
            settings.put("maxHours", maxHours);
        }
        RunOptions.checked(settings);
        String runs = lineage == null ? name : lineage;
        RunStarter.requireLineageName(runs);
        Schedule schedule = NightlySchedule.of(
                runs, settings, NightlySchedule.spec(cron, timeZone, every), NightlySchedule.span(catchUp));
        return with(name, temporal -> {
            temporal.schedules()
                    .createSchedule(name, schedule, ScheduleOptions.newBuilder().build());
            System.out.println(ScheduleLine.of(temporal, name));
            return ExitCode.OK;
        });
    }

    @Command(description = "List the schedules, when they start next and how the last start ended.")
    int list() {
        return with("", temporal -> {
            List<String> lines = ScheduleLine.all(temporal);
            lines.forEach(System.out::println);
            if (lines.isEmpty()) {
                System.out.println("no schedules yet; make one with `spice schedule create`");
            }
            return ExitCode.OK;
        });
    }

    @Command(description = "Let a schedule start nothing until it is resumed.")
    int pause(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--reason", defaultValue = "paused by hand", description = "Why.") String reason) {
        return change(name, schedule -> schedule.pause(reason));
    }

    @Command(description = "Let a paused schedule start again.")
    int resume(@Parameters(paramLabel = "NAME") String name) {
        return change(name, schedule -> schedule.unpause("resumed by hand"));
    }

    @Command(description = "Start a run of the schedule now, unless one is going on.")
    int trigger(@Parameters(paramLabel = "NAME") String name) {
        return change(name, schedule -> schedule.trigger(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP));
    }

    @Command(description = "Make up for the starts of a span of time, one after the other.")
    int backfill(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--from", required = true, description = "E.g. 2026-11-20T00:00:00Z.") String from,
            @Option(names = "--to", required = true, description = "E.g. 2026-11-22T00:00:00Z.") String to) {
        if (!instant(from).isBefore(instant(to))) {
            throw new UserError("--from %s is not before --to %s".formatted(from, to), ExitCode.BAD_INPUT);
        }
        ScheduleBackfill span = new ScheduleBackfill(
                instant(from), instant(to), ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL);
        return change(name, schedule -> schedule.backfill(List.of(span)));
    }

    @Command(description = "Delete a schedule. The run that it has started goes on.")
    int delete(@Parameters(paramLabel = "NAME") String name) {
        return with(name, temporal -> {
            temporal.schedules().getHandle(name).delete();
            System.out.println("schedule %s is deleted".formatted(name));
            return ExitCode.OK;
        });
    }

    private static int change(String name, Consumer<ScheduleHandle> change) {
        return with(name, temporal -> {
            change.accept(temporal.schedules().getHandle(name));
            System.out.println(ScheduleLine.of(temporal, name));
            return ExitCode.OK;
        });
    }

    private static int with(String name, Function<TemporalConnection, Integer> work) {
        try (TemporalConnection temporal = TemporalConnection.open("spice schedule", Patience.COMMAND)) {
            return work.apply(temporal);
        } catch (ScheduleAlreadyRunningException e) {
            throw new UserError(
                    "there is a schedule %s already; delete it first, or edit it in the Temporal UI".formatted(name),
                    ExitCode.BAD_INPUT);
        } catch (ScheduleException e) {
            throw new UserError("schedule %s: %s".formatted(name, reason(e)), ExitCode.BAD_INPUT);
        }
    }

    private static String reason(ScheduleException refusal) {
        Status status = Status.fromThrowable(refusal);
        return switch (status.getCode()) {
            case NOT_FOUND -> "there is none of this name; `spice schedule list` lists the schedules";
            case INVALID_ARGUMENT ->
                "the server cannot use it (%s); give --cron as minute hour day month weekday, e.g. \"0 2 * * *\", and --time-zone as e.g. Europe/Berlin"
                        .formatted(status.getDescription());
            default -> TemporalConnection.refusal(refusal);
        };
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new UserError("%s is not a time; give e.g. 2026-11-22T02:00:00Z".formatted(text), ExitCode.BAD_INPUT);
        }
    }
}
