package spice.workers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/// Which module may know what, and what a workflow may not ask for.
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // In a whole build the modules' tests come as jars.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("spice");

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }

    @Test
    void theDomainKnowsNoneOfTheBigLibraries() {
        check(noClasses()
                .that()
                .resideInAnyPackage("spice.domain..", "spice.ledger..", "spice.settings..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.temporal..", "ai.djl..", "software.amazon..", "org.apache.tika.."));
    }

    @Test
    void theModelKnowsNoTemporalAndNoneOfOurOtherModules() {
        check(noClasses()
                .that()
                .resideInAPackage("spice.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.temporal..", "spice.domain..", "spice.workflows..", "spice.activities..", "spice.store.."));
    }

    @Test
    void onlyTheModelKnowsDjlAndOnlyIngestKnowsTika() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("spice.model..", "ai.djl..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.djl.."));
        check(noClasses()
                .that()
                .resideOutsideOfPackages("spice.ingest..", "spice.archive..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.tika.."));
    }

    /// Whoever renders a checkpoint's template does so in the sandbox.
    @Test
    void onlyChatsKnowJinjava() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("spice.chat..", "com.hubspot..", "jinjava..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.hubspot..", "jinjava.."));
    }

    @Test
    void workflowsKnowNeitherModelNorStoreServersNorFiles() {
        check(noClasses()
                .that()
                .resideInAPackage("spice.workflows..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "spice.model..",
                        "spice.activities..",
                        "spice.ingest..",
                        "spice.store.s3..",
                        "ai.djl..",
                        "software.amazon..",
                        "java.nio.file..",
                        "java.net.."));
    }

    @Test
    void workflowsAskTemporalForTimeAndChance() {
        check(noClasses()
                .that()
                .haveSimpleNameEndingWith("Impl")
                .and()
                .resideInAPackage("spice.workflows..")
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
                .haveNameMatching("java\\.time\\.(Clock|Instant|LocalDate.*|ZonedDateTime)"));
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        check(slices().matching("spice.(**)").should().beFreeOfCycles());
    }
}
