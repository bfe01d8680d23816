import { isOpen, presence, type RegisteredAgent, statuses, stepOf, turnOf } from "@aumai/handoff"
import { type FormEvent, useId, useMemo, useState } from "react"

import { notifyAgentsChanged, useAgents, useBoard, useNames, useSnapshot } from "../data/Context.ts"
import { me } from "../data/Setting.ts"
import { agoText, useNow } from "../data/Time.ts"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { Field } from "../ui/Field.tsx"
import { Foreign, Name, NameList } from "../ui/Foreign.tsx"
import { Heading } from "../ui/Heading.tsx"
import { nameText } from "../words/Visible.ts"
import { awaitsWords, listed } from "../words/Words.ts"

/** The person at the board operates the store: `operator` changes agents that have a key. */
interface Operating {
  readonly operator: boolean
}

const Register = ({ operator }: Operating) => {
  const { handoffs } = useBoard()
  const id = useId()
  const [name, setName] = useState("")
  const [capabilities, setCapabilities] = useState("")
  const [description, setDescription] = useState("")
  const [outcome, perform] = useOutcome()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void perform(async () => {
      const { agentId } = await handoffs.agents.register(name, listed(capabilities), {
        operator,
        ...(description === "" ? {} : { description })
      })
      notifyAgentsChanged()
      setName("")
      setCapabilities("")
      return (
        <>
          <Name>{agentId}</Name> is registered.
        </>
      )
    })
  }
  return (
    <form className="panel form" onSubmit={submit} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Register an agent</h2>
      <Field label="Name">
        {(id) => (
          <input id={id} required autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label="Capabilities, separated by commas">
        {(id) => (
          <input
            id={id}
            autoComplete="off"
            placeholder="intensive care, ventilation"
            value={capabilities}
            onChange={(event) => setCapabilities(event.target.value)}
          />
        )}
      </Field>
      <Field label="What it does, for people and for models">
        {(id) => (
          <input
            id={id}
            autoComplete="off"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <OutcomeText {...outcome} />
      <div className="actions">
        <button type="submit" className="primary">
          Register
        </button>
      </div>
    </form>
  )
}

const Find = () => {
  const { handoffs } = useBoard()
  const id = useId()
  const [wanted, setWanted] = useState("")
  const [outcome, perform] = useOutcome()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void perform(async () => {
      const found: ReadonlyArray<RegisteredAgent> = await handoffs.agents.findCapable(listed(wanted))
      const names = found.length === 0 ? listed(wanted) : found.map(({ agentId }) => agentId)
      return (
        <>
          {found.length === 0 ? "No registered agent has all of: " : "Best match first: "}
          <NameList of={names} />.
        </>
      )
    })
  }
  return (
    <form className="panel form" onSubmit={submit} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Find capable agents</h2>
      <Field label="Required capabilities, separated by commas">
        {(id) => (
          <input
            id={id}
            required
            autoComplete="off"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        )}
      </Field>
      <OutcomeText {...outcome} />
      <div className="actions">
        <button type="submit">Find</button>
      </div>
    </form>
  )
}

const open = statuses.filter(isOpen)

const Seen = ({ at }: { readonly at: Date | undefined }) => {
  const now = useNow()
  if (at === undefined) return "never"
  const ago = now - at.getTime()
  return ago <= presence.lasting ? "present" : agoText(ago)
}

const AgentTable = ({ operator }: Operating) => {
  const { handoffs } = useBoard()
  const { lanes } = useSnapshot()
  const agents = useAgents()
  const names = useNames()
  const [outcome, perform] = useOutcome()
  // The number of steps of each kind that wait for an agent, and of the open handoffs that a receiver has.
  const load = useMemo(() => {
    const counts = new Map<string, number>()
    const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
    for (const { state, to } of open.flatMap((status) => lanes[status])) {
      count(`${stepOf(state)?.awaits} ${turnOf(state)}`)
      count(`open ${to}`)
    }
    return counts
  }, [lanes])
  const known = new Map(agents?.map((agent) => [agent.agentId, agent]))
  const forget = (name: string): void => {
    void perform(async () => {
      await handoffs.agents.unregister(name, { operator })
      notifyAgentsChanged()
      return (
        <>
          <Name>{name}</Name> is no longer registered.
        </>
      )
    })
  }
  if (names.length === 0) return <p className="nothing">No agents yet.</p>
  return (
    <>
      <OutcomeText {...outcome} />
      <div className="wide" tabIndex={0} role="group" aria-label="Agents and their load, scrollable">
        <table>
          <caption>Agents, what waits for them, and the open handoffs they have</caption>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Capabilities</th>
              {Object.entries(awaitsWords).map(([awaits, words]) => (
                <th key={awaits} scope="col" className="number">
                  {words}
                </th>
              ))}
              <th scope="col" className="number">
                Open
              </th>
              <th scope="col" className="number">
                Capacity
              </th>
              <th scope="col">Last seen</th>
              <th scope="col">Actions</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">
                  <Name>{name}</Name>
                </th>
                <td>
                  {known.has(name) ? <NameList of={known.get(name)?.capabilities ?? []} /> : "not registered"}
                  {known.get(name)?.description === undefined ? undefined : (
                    <p>
                      <Foreign>{known.get(name)?.description ?? ""}</Foreign>
                    </p>
                  )}
                </td>
                {[...Object.keys(awaitsWords), "open"].map((column) => (
                  <td key={column} className="number">
                    {load.get(`${column} ${name}`) ?? 0}
                  </td>
                ))}
                <td className="number">{known.has(name) ? (known.get(name)?.capacity ?? "unlimited") : undefined}</td>
                <td>{known.has(name) ? <Seen at={known.get(name)?.lastSeen} /> : undefined}</td>
                <td className="actions">
                  <button type="button" onClick={() => me.set(name)} aria-label={`Act as ${nameText(name)}`}>
                    Act as
                  </button>
                  {known.has(name) ? (
                    <button type="button" onClick={() => forget(name)} aria-label={`Unregister ${nameText(name)}`}>
                      Unregister
                    </button>
                  ) : undefined}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

export const AgentsPage = () => {
  const [operator, setOperator] = useState(false)
  return (
    <>
      <Heading title="Agents" />
      <AgentTable operator={operator} />
      <label className="check">
        <input type="checkbox" checked={operator} onChange={(event) => setOperator(event.target.checked)} />
        As the operator, change or remove agents that have a key
      </label>
      <div className="columns even">
        <Register operator={operator} />
        <Find />
      </div>
    </>
  )
}
