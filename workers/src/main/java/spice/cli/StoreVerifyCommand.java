package spice.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import spice.local.LocalSettings;
import spice.program.ExitCode;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.store.s3.S3Upkeep;
import spice.upkeep.Verification;

/// `spice store verify`.
@Command(
        name = "verify",
        description = "Read the whole store and say what is damaged or missing. Ends with 1 if anything is.",
        footer = {"", "Example: spice store verify"})
final class StoreVerifyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        S3Location location = LocalSettings.ofThisProcess().s3();
        Verification.Findings report;
        try (S3BlobStore store = S3BlobStore.open(location);
                S3Upkeep upkeep = S3Upkeep.open(location)) {
            report = new Verification(store, upkeep).run();
        }
        for (Verification.Problem problem : report.problems()) {
            out.println(problem.key());
            out.println("  expected  " + problem.expected());
            out.println("  found     " + problem.found());
            out.println("  breaks    " + problem.breaks());
            out.println("  remedy    " + problem.remedy());
        }
        out.println("%,d objects looked at, %,d bytes of blobs read, %d wrong"
                .formatted(report.objects(), report.bytes(), report.problems().size()));
        out.flush();
        return report.problems().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
}
