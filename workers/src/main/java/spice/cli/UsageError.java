package spice.cli;

import java.util.Collection;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import spice.settings.Spelling;

/// What is said of a command line that cannot be read.
final class UsageError {
    private UsageError() {}

    static String inWords(ParameterException failure) {
        return failure instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched.getCommandLine(), unmatched.getUnmatched().getFirst())
                // picocli says the word twice of an option that takes NAME=VALUE.
                : String.valueOf(failure.getMessage()).replace("option option", "option");
    }

    private static String unknown(CommandLine command, String argument) {
        String program = command.getCommandSpec().qualifiedName();
        if (argument.startsWith("-")) {
            return "`%s` has no option %s%s"
                    .formatted(
                            program,
                            argument,
                            Spelling.near(argument, options(command))
                                    .map("; did you mean %s?"::formatted)
                                    .orElse(""));
        }
        Collection<String> commands = command.getSubcommands().keySet();
        return commands.isEmpty()
                ? "`%s` cannot use \"%s\"".formatted(program, argument)
                : "there is no command `%s %s`%s"
                        .formatted(
                                program,
                                argument,
                                Spelling.near(argument, commands)
                                        .map(near -> "; did you mean `%s %s`?".formatted(program, near))
                                        .orElse(""));
    }

    private static List<String> options(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .map(option -> option.longestName())
                .toList();
    }
}
