/** What people do on the board, as they find it: by role and name. */
import type { Locator, Page } from "playwright"

export interface Ask {
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

/** Hands something over, and ends on its page. */
export const create = async (page: Page, { from, to, task, priority, context }: Ask): Promise<void> => {
  await goTo(page, "New handoff")
  await page.getByLabel("Sender").fill(from)
  await page.getByLabel("Receiver").fill(to)
  await page.getByLabel("Task").fill(task)
  if (priority !== undefined) await page.getByLabel("Priority, 1 to 10").fill(String(priority))
  if (context !== undefined) await page.getByLabel("Context, as JSON").fill(context)
  await page.getByRole("button", { name: "Hand it over" }).click()
  await page.getByRole("heading", { name: "Next moves" }).waitFor()
}

export const lane = (page: Page, name: string): Locator =>
  page.getByRole("list", { name: `${name} handoffs`, exact: true })
export const moves = (page: Page): Locator => page.getByRole("region", { name: "Next moves" })
export const act = (page: Page, name: string) => moves(page).getByRole("button", { name, exact: true }).click()
export const confirm = (page: Page, name: string) => act(page, `Confirm: ${name}`)
export const names = async (locator: Locator): Promise<ReadonlyArray<string>> => await locator.allInnerTexts()
