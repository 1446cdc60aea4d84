package spice.ui;

import org.openqa.selenium.Keys;

/// A run's own page.
final class RunPageDriver {
    static final String STATUS = "[data-testid=execution-status]";

    private static final String ACTIONS = "//button[contains(., 'More Actions')]";
    private static final String DIALOG = "dialog[open]";
    private static final String CONFIRM = DIALOG + " [data-testid=confirm-modal-button]";
    private static final String CARD = "iframe";

    private final Browser browser;

    RunPageDriver(Browser browser) {
        this.browser = browser;
    }

    static RunPageDriver open(Browser browser, String run) {
        browser.open("workflows/" + run);
        browser.await(STATUS);
        return new RunPageDriver(browser);
    }

    void awaitStatus(String status) {
        browser.await("//*[@data-testid='execution-status'][contains(., '%s')]".formatted(status));
    }

    // ---- Its tabs ----

    /// The text of the status card, once it contains this.
    String card(String says) {
        String run = browser.address().replaceFirst("/[a-z-]+$", "");
        browser.open(run.substring(run.indexOf("workflows/")) + "/user-metadata");
        browser.await(CARD);
        return browser.awaitFrameText(CARD, says);
    }

    /// Opens the search attributes and waits until they say that the run needs attention.
    void searchAttributes() {
        browser.press(
                "[data-testid=search-attributes-tab]",
                "//*[contains(@class, 'cm-content')][contains(., 'NeedsAttention')][contains(., 'SpiceFailure')]");
    }

    // ---- Its actions ----

    /// Sends an update through the form and waits until it is done.
    RunPageDriver update(String name, String input) {
        writeUpdate(name, input);
        browser.press(CONFIRM, "//*[text()[contains(., 'Update successful')]]");
        browser.awaitGone(DIALOG);
        return this;
    }

    RunPageDriver refusedUpdate(String name, String input, String reason) {
        writeUpdate(name, input);
        browser.press(CONFIRM);
        browser.awaitText(reason);
        return this;
    }

    void writeUpdate(String name, String input) {
        chooseUpdate();
        browser.press("//ul[@id='update-select-select']//li[normalize-space(.//*[normalize-space(text())='%s'])]"
                .formatted(name));
        // The form still holds the input of the last update.
        browser.type(DIALOG + " .cm-content", Keys.chord(Keys.CONTROL, "a") + Keys.DELETE + input);
        browser.press("#update-id");
    }

    void chooseUpdate() {
        act("update-button");
        browser.press("[data-testid=update-select-button]", "#update-select-select");
    }

    void cancel() {
        browser.press("//button[contains(., 'Request Cancellation')]", CONFIRM);
        browser.press(CONFIRM);
    }

    void terminate(String reason) {
        act("terminate-button");
        browser.type("#workflow-termination-reason", reason);
        browser.press(CONFIRM);
    }

    /// Resets the run to a workflow task's event and opens the new run.
    void reset(long event, String reason) {
        act("reset-button");
        browser.press("[data-testid=workflow-reset-event-id-select-button]", "#reset-event-id-select");
        browser.press(
                "//ul[@id='reset-event-id-select']//li[starts-with(normalize-space(.), '%d - ')]".formatted(event));
        browser.type("#reset-reason", reason);
        browser.press(CONFIRM);
        browser.awaitGone(DIALOG);
    }

    private void act(String item) {
        browser.press(ACTIONS, "[data-testid=%s]".formatted(item));
        browser.press("[data-testid=%s]".formatted(item), DIALOG);
    }
}
