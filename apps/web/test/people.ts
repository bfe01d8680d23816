/** Actions on the board that find their elements by role and name, as people do. */
import type { Locator, Page } from "playwright"

export interface NewHandoff {
  readonly from: string
  readonly to: string
  readonly task: string
  readonly priority?: number
  readonly context?: string
}

export const goTo = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click()
  await page.getByRole("link", { name, exact: true }).and(page.locator("[aria-current=page]")).waitFor()
}

/** Creates a handoff and waits for its page. */
export const create = async (page: Page, { from, to, task, priority, context }: NewHandoff): Promise<void> => {
  await goTo(page, "New handoff")
  await page.getByLabel("Sender").fill(from)
  await page.getByLabel("Receiver").fill(to)
  await page.getByLabel("Task").fill(task)
  if (priority !== undefined) await page.getByLabel("Priority, 1 to 10").fill(String(priority))
  if (context !== undefined) await page.getByLabel("Context, as JSON").fill(context)
  await page.getByRole("button", { name: "Create handoff" }).click()
  await page.getByRole("heading", { name: "Next moves" }).waitFor()
}

/** Registers an agent with one capability. */
export const register = async (page: Page, name: string, capability: string): Promise<void> => {
  await goTo(page, "Agents")
  await page.getByLabel("Name").fill(name)
  await page.getByLabel("Capabilities, separated by commas", { exact: true }).fill(capability)
  await page.getByRole("button", { name: "Register", exact: true }).click()
  await page.getByText(`${name} is registered.`).waitFor()
}

/** A pending record from `a` to `b`, in the JSON of the seed. */
export const recordOf = (id: string, task: string, request: object = {}, at = new Date(0)) => ({
  record_id: id,
  status: "pending",
  request: { from_agent: "a", to_agent: "b", task_description: task, ...request },
  created_at: at.toISOString(),
  updated_at: at.toISOString()
})

/** Chooses a file of records on the import page. */
export const importRecords = async (page: Page, records: ReadonlyArray<unknown>): Promise<void> => {
  await goTo(page, "Import and export")
  await page.getByLabel("Choose a file").setInputFiles({
    name: "handoffs.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(records))
  })
}

export const lane = (page: Page, name: string): Locator =>
  page.getByRole("list", { name: `${name} handoffs`, exact: true })
export const moves = (page: Page): Locator => page.getByRole("region", { name: "Next moves" })
export const act = (page: Page, name: string) => moves(page).getByRole("button", { name, exact: true }).click()
export const confirm = (page: Page, name: string) => act(page, `Confirm: ${name}`)
export const names = async (locator: Locator): Promise<ReadonlyArray<string>> => await locator.allInnerTexts()
