/**
 * The shapes that the simulator's server and this page exchange. Nothing runs here.
 *
 * @typedef {{id: string, name: string, title: string, department: string, teamsId: string, roles: string[], locale: string}} Person
 * @typedef {{id: string, name: string, isBot: boolean}} Sender
 * @typedef {{contentType: string, content: any}} Attachment
 * @typedef {{title?: string, detail?: string}} Failure
 * @typedef {{id: string, from: Sender, text: string, summary?: string, textFormat?: string, attachments: Attachment[], timestamp: string,
 *            version: number, thread?: string | null, edited?: boolean, deleted?: boolean, error?: Failure}} Message
 * @typedef {"personal" | "group" | "channel"} ChatKind
 * @typedef {{id: string, kind: ChatKind, title: string, members: string[], messages: Message[]}} Chat
 * @typedef {{id: string, name: string, online: boolean, deskUrl: string}} Bot
 * @typedef {{now: string, offset_s: number}} Clock
 * @typedef {{id?: string, route: string, kind: string, times: number, retry_after_s?: number | null}} Fault
 * @typedef {{route: string, kinds: string[]}} Route
 * @typedef {{people: Person[], chats: Chat[], bot: Bot, clock: Clock, faults: Fault[], routes: Route[], cursor: string}} State
 * @typedef {"adaptiveCard/action" | "application/search" | "task/fetch" | "task/submit"} InvokeName
 * @typedef {{kind: "card", card: any} | {kind: "toast", text: string} | {kind: "error", title?: string, detail?: string}
 *         | {kind: "signIn", text: string, title: string, url: string}
 *         | {kind: "results", results: {title: string, value: string}[]} | {kind: "nothing"}
 *         | {kind: "dialog", title?: string, card?: any, url?: string}} Shown an invoke's answer, read as Teams reads it
 * @typedef {{status: number, body: any, elapsed_ms: number, error?: Failure | string, shown: Shown}} Answer
 * @typedef {{direction: "to_bot" | "from_bot", method: string, path: string, status: number, summary: string, elapsed_ms: number,
 *            at: string}} WireLine
 */

export {};
