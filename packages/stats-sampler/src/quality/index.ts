export { mos, type MosInput } from './mos.js'
export { findIssues, type FindIssuesOptions } from './find-issues.js'
export { ISSUE_THRESHOLDS, type IssueThresholds } from './issue-thresholds.js'
export type { Issue, IssueStream } from './issue.js'
