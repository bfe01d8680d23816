import { type RefObject, useEffect } from "react"

const containers = "section, form, article, [role=group], main"

/**
 * Moves the focus to the nearest remaining container when the focused element leaves the page, such as the button of a move
 * or a card that changes its lane. Without this, the next Tab starts at the top of the page.
 */
export const useFocusFallback = (within: RefObject<HTMLElement | null>): void =>
  useEffect(() => {
    const root = within.current
    if (root === null) return undefined
    const left = new AbortController()
    const { signal } = left
    // The focused element and its containers, the innermost first.
    let at: Node | undefined
    let around: ReadonlyArray<HTMLElement> = []

    const remember = ({ target }: FocusEvent): void => {
      at = target instanceof HTMLElement && root.contains(target) ? target : undefined
      around = []
      let container = at instanceof HTMLElement ? at.parentElement?.closest<HTMLElement>(containers) : undefined
      while (container !== null && container !== undefined) {
        around = [...around, container]
        container = container.parentElement?.closest<HTMLElement>(containers)
      }
    }
    const forget = ({ target }: PointerEvent): void => {
      if (!(target instanceof Node && at?.contains(target))) at = undefined
    }
    const observer = new MutationObserver(() => {
      if (at === undefined || at.isConnected || document.activeElement !== document.body) return
      const container = around.find((container) => container.isConnected)
      if (container === undefined) return
      if (!container.hasAttribute("tabindex")) container.tabIndex = -1
      container.focus({ preventScroll: true })
    })
    observer.observe(root, { childList: true, subtree: true })
    addEventListener("focusin", remember, { signal })
    addEventListener("pointerdown", forget, { signal })
    return () => {
      observer.disconnect()
      left.abort()
    }
  }, [within])
