package spice.archive;

import spice.domain.Task;

/// A line of `held-out.jsonl`.
///
/// @param source path, below the archive, of the document that contains the task's quote
public record HeldOutQuestion(String source, Task task) {}
