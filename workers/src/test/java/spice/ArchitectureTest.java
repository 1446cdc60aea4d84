package spice;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The map of the rooms: which package may know which, which library lives where, and what a workflow may not ask
/// for.
class ArchitectureTest {
    /// The nouns: every room below them may know these.
    private static final List<String> NOUNS = List.of("domain", "store", "settings", "runs");

    /// All rooms, each with the rooms that it may know besides the nouns. A room knows only rooms above it, so
    /// there are no circles.
    private static final List<Room> ROOMS = List.of(
            room("domain"),
            room("store", "domain"),
            room("settings", "store"),
            room("ledger", "domain"),
            room("model"),
            room("ingest", "domain", "store"),
            room("archive", "domain", "store", "ledger"),
            room("runs", "domain", "store", "settings"),
            room("operating"),
            room("workflows", "operating"),
            room("store.s3"),
            room("store.cache"),
            room("corpus", "ingest", "store.s3"),
            room("steps", "model"),
            room("checkpoints", "model", "steps"),
            room("policies", "model", "checkpoints"),
            room("vllm", "model", "checkpoints", "policies"),
            room("chat", "model", "steps"),
            room("verify"),
            room("formats", "ledger", "chat", "verify"),
            room("roles", "model", "steps", "checkpoints", "policies", "chat", "formats"),
            room("judging", "steps", "verify", "formats", "roles"),
            room("evaluation", "steps", "checkpoints", "policies", "formats", "roles", "judging"),
            room("launcher"),
            room("training", "model", "steps", "checkpoints", "policies", "roles", "judging", "launcher"),
            room(
                    "activities",
                    "model",
                    "ingest",
                    "archive",
                    "workflows",
                    "corpus",
                    "steps",
                    "checkpoints",
                    "policies",
                    "formats",
                    "roles",
                    "judging",
                    "evaluation",
                    "launcher",
                    "training"),
            room("pretrain", "ledger", "model", "formats"),
            room("tracking", "workflows", "checkpoints", "evaluation"),
            room("report", "ingest", "checkpoints", "judging", "evaluation", "tracking"),
            room("upkeep", "checkpoints", "evaluation"),
            room("program", "model"),
            room("processes", "program"),
            room("telemetry", "workflows", "program", "processes"),
            room("local", "model", "store.s3", "program", "processes", "telemetry"),
            room("live", "checkpoints", "report", "program"),
            room("temporal", "workflows", "tracking", "report", "upkeep", "program", "local"),
            room(
                    "follow",
                    "store.s3",
                    "checkpoints",
                    "judging",
                    "tracking",
                    "report",
                    "program",
                    "local",
                    "live",
                    "temporal"),
            room("bench", "model", "ingest", "archive", "store.s3", "policies", "program", "processes", "local"),
            room("parity", "model", "program", "processes", "bench"),
            room("chaos", "archive", "processes", "local"),
            roomOfAll("workers"),
            roomOfAll("cli"));

    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?spice\\.([a-z0-9.]+)\\.[A-Z]");

    /// A package below `spice`.
    ///
    /// @param knowsAll whether it may know every room above it
    private record Room(String name, List<String> knows, boolean knowsAll) {
        String inWords() {
            return knowsAll ? "every room above" : knows.isEmpty() ? "-" : String.join(", ", knows);
        }
    }

    private static Room room(String name, String... knows) {
        return new Room(name, List.of(knows), false);
    }

    private static Room roomOfAll(String name) {
        return new Room(name, List.of(), true);
    }

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // In a whole build the modules' tests come as jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("spice");

    private static List<String> names() {
        return ROOMS.stream().map(Room::name).toList();
    }

    private static List<Room> rooms() {
        return ROOMS;
    }

    /// The room itself and all that it may know.
    private static List<String> allowed(Room room) {
        List<String> above = names().subList(0, names().indexOf(room.name()));
        List<String> allowed = new ArrayList<>(room.knowsAll() ? above : room.knows());
        allowed.add(room.name());
        if (above.containsAll(NOUNS)) {
            allowed.addAll(NOUNS);
        }
        return allowed;
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void aRoomKnowsOnlyWhatTheMapAllows(Room room) {
        String[] allowed = allowed(room).stream().map(name -> "spice." + name).toArray(String[]::new);

        noClasses()
                .that(resideInAPackage("spice." + room.name()))
                .should()
                .dependOnClassesThat(resideInAPackage("spice..").and(not(resideInAnyPackage(allowed))))
                .check(CLASSES);
    }

    @Test
    void everyPackageIsOnTheMapAndKnowsOnlyRoomsAboveIt() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        names().stream().map(name -> "spice." + name).toList());
        assertThat(ROOMS)
                .allSatisfy(room -> assertThat(names().subList(0, names().indexOf(room.name())))
                        .containsAll(room.knows()));
    }

    /// A row that allows more than the room uses would mislead. Class files do not show constants of other rooms,
    /// and sources do not show types that are never named: a room uses what either shows.
    @ParameterizedTest
    @MethodSource("rooms")
    void theMapAllowsNothingThatIsNotNeeded(Room room) throws IOException {
        List<String> used = CLASSES.stream()
                .filter(type -> type.getPackageName().equals("spice." + room.name()))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(dependency -> dependency.getTargetClass().getPackageName().replaceFirst("^spice\\.", ""))
                .collect(Collectors.toCollection(ArrayList::new));
        try (Stream<Path> files = Files.list(folder(room.name()))) {
            for (Path file : files.toList()) {
                Matcher imports = IMPORT.matcher(Files.readString(file));
                while (imports.find()) {
                    used.add(imports.group(1));
                }
            }
        }

        assertThat(room.knows()).isSubsetOf(used);
    }

    /// One row a room: the room, what lives there, what it may know.
    @Test
    void contributingAndThePackagesThemselvesShowThisMap() throws IOException {
        List<List<String>> map = Files.readAllLines(Path.of("..", "CONTRIBUTING.md")).stream()
                .dropWhile(line -> !line.startsWith("| room |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.split("\\|"))
                        .skip(1)
                        .map(String::strip)
                        .toList())
                .toList();

        assertThat(map.stream().map(row -> row.getFirst() + " " + row.get(2)))
                .containsExactlyElementsOf(ROOMS.stream()
                        .map(room -> "`%s` %s".formatted(room.name(), room.inWords()))
                        .toList());
        for (int i = 0; i < map.size(); i++) {
            Room room = ROOMS.get(i);
            assertThat(packageComment(room.name()))
                    .startsWithIgnoringCase(map.get(i).get(1) + ". Knows ")
                    .contains(String.join(", ", room.knows()));
        }
    }

    private static String packageComment(String room) throws IOException {
        return Files.readAllLines(folder(room).resolve("package-info.java")).stream()
                .filter(line -> line.startsWith("///"))
                .map(line -> line.substring(3).strip())
                .collect(Collectors.joining(" "));
    }

    private static Path folder(String room) throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            return modules.map(module -> module.resolve("src/main/java/spice").resolve(room.replace('.', '/')))
                    .filter(folder -> Files.exists(folder.resolve("package-info.java")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no package-info in " + room));
        }
    }

    static List<Arguments> libraries() {
        return List.of(
                arguments("ai.djl..", List.of("spice.model", "ai.djl..")),
                arguments("org.apache.tika..", List.of("spice.ingest")),
                // A checkpoint's template is rendered in the sandbox only.
                arguments("com.hubspot..", List.of("spice.chat", "com.hubspot..")),
                arguments("software.amazon..", List.of("spice.store.s3", "spice.corpus", "spice.local")),
                arguments("picocli..", List.of("spice.cli")),
                arguments("dev.failsafe..", List.of("spice.vllm")));
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void aLibraryIsKnownInItsRoomsOnly(String library, List<String> rooms) {
        noClasses()
                .that(not(resideInAnyPackage(rooms.toArray(String[]::new))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
    }

    @Test
    void theNounsAndTheModelKnowNothingOfTemporal() {
        noClasses()
                .that()
                .resideInAnyPackage("spice.domain", "spice.store", "spice.settings", "spice.ledger", "spice.model")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.temporal..")
                .check(CLASSES);
    }

    @Test
    void onlyEnvironmentReadsTheEnvironment() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("spice.program.Environment")
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(CLASSES);
    }

    /// Jackson takes such a method for a field of the JSON, which Temporal's histories and the store's digests
    /// hold.
    @Test
    void recordsThatTravelOrAreStoredHaveNoGetters() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .areRecords()
                .and()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(
                        "spice.domain",
                        "spice.store",
                        "spice.settings",
                        "spice.runs",
                        "spice.workflows",
                        "spice.ingest",
                        "spice.checkpoints",
                        "spice.roles",
                        "spice.judging",
                        "spice.evaluation",
                        "spice.training",
                        "spice.tracking")
                .and()
                .arePublic()
                .and(DescribedPredicate.<JavaMethod>describe(
                        "look like getters",
                        method -> method.getRawParameterTypes().isEmpty()
                                && method.getName().matches("(is|get)[A-Z].*")))
                .should()
                .beStatic()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void workflowsKnowNoFilesAndNoSockets() {
        noClasses()
                .that()
                .resideInAnyPackage("spice.workflows", "spice.operating", "spice.runs")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.net..")
                .check(CLASSES);
    }

    @Test
    void workflowsAskTemporalForTimeAndChance() {
        noClasses()
                .that()
                .resideInAnyPackage("spice.workflows", "spice.operating", "spice.runs")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocalRandom.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.time\\.(Clock|Instant|LocalDate.*|ZonedDateTime)")
                .check(CLASSES);
    }
}
