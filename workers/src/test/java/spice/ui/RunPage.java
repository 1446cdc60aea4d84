package spice.ui;

import org.openqa.selenium.Keys;

/// A run's own page.
final class RunPage {
    static final String STATUS = "[data-testid=workflow-status]";

    private static final String ACTIONS = "//button[contains(., 'More Actions')]";
    private static final String DIALOG = "dialog[open]";
    private static final String CONFIRM = DIALOG + " [data-testid=confirm-modal-button]";
    private static final String CARD = "iframe";

    private final Browser browser;

    RunPage(Browser browser) {
        this.browser = browser;
    }

    static RunPage open(Browser browser, String run) {
        browser.open("workflows/" + run);
        browser.await(STATUS);
        return new RunPage(browser);
    }

    void awaitStatus(String status) {
        browser.await("//*[@data-testid='workflow-status'][contains(., '%s')]".formatted(status));
    }

    // ---- Its tabs ----

    /// The status card, once it says this.
    String card(String says) {
        String run = browser.address().replaceFirst("/[a-z-]+$", "");
        browser.open(run.substring(run.indexOf("workflows/")) + "/user-metadata");
        browser.await(CARD);
        return browser.awaitFrameText(CARD, says);
    }

    /// Its search attributes, once they say that it waits for a person.
    void searchAttributes() {
        browser.press(
                "[data-testid=search-attributes-tab]",
                "//*[contains(@class, 'cm-content')][contains(., 'NeedsAttention')][contains(., 'SpiceFailure')]");
    }

    // ---- Its actions ----

    /// Sends an update, as a person would, and waits until it is done.
    RunPage update(String name, String input) {
        writeUpdate(name, input);
        browser.press(CONFIRM, "//*[text()[contains(., 'Update successful')]]");
        browser.awaitGone(DIALOG);
        return this;
    }

    RunPage refusedUpdate(String name, String input, String reason) {
        writeUpdate(name, input);
        browser.press(CONFIRM);
        browser.awaitText(reason);
        return this;
    }

    void writeUpdate(String name, String input) {
        chooseUpdate();
        browser.press("//ul[@id='update-select-select']//li[normalize-space(.//*[normalize-space(text())='%s'])]"
                .formatted(name));
        // The form still holds what the last update was given.
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

    /// Resets it to a workflow task's event and goes to the run that this makes.
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
