package spice.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import spice.bench.Python;
import spice.local.LocalSettings;
import spice.parity.Parity;
import spice.parity.ParityRow;
import spice.program.ExitCode;
import spice.program.UserError;

/// `spice parity`: checks that our models and transformers' are the same, in both directions.
@Command(
        name = "parity",
        description =
                "Make a small model of every family with transformers, train it here, and open it there again: the same numbers in both directions.",
        footer = {"", "Example: spice parity --python ~/torch/bin/python"})
final class ParityCommand implements Callable<Integer> {
    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            defaultValue = "${env:SPICE_PYTHON:-python3}",
            description = "A Python that has torch and transformers (default: SPICE_PYTHON, else python3).")
    private String python = "python3";

    @Override
    public Integer call() throws InterruptedException {
        Path folder = LocalSettings.ofThisProcess()
                .home()
                .resolve("parity")
                .resolve(LocalDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
        Python found = switch (Python.find(python, Python.TORCH, Python.TRANSFORMERS)) {
            case Python.Found.Yes(Python yes) -> yes;
            case Python.Found.No(String reason) ->
                throw new UserError(
                        "not run: %s. Give --python one into which torch 2.7.1 and transformers 4.57.3 are installed"
                                .formatted(reason),
                        ExitCode.BAD_INPUT);
        };
        List<ParityRow> rows = new Parity(folder, found, System.err::println).run();
        System.out.println(found.describe());
        Parity.lines(rows).forEach(System.out::println);
        System.out.println("kept in " + folder);
        return rows.stream().allMatch(ParityRow::passes) ? ExitCode.OK : ExitCode.FAILED;
    }
}
