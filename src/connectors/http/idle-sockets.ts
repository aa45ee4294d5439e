// How many idle sockets the outbound client keeps over all hosts: node's agents bound them per host only, and
// webhooks have as many hosts as there are clients. Called by the outbound client when it makes its agents.
import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

export interface IdleBudget {
  readonly socketsMax: number;
  count: number;
}

/** The agent's documented hooks: one that is given back is kept while there is room, else closed. */
export function boundIdle(agent: Agent, budget: IdleBudget): void {
  const keep: (socket: Socket) => unknown = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent) as (socket: Socket, request: unknown) => void;
  const idle = new Set<Socket>();
  const leave = (socket: Socket): void => {
    if (idle.delete(socket)) budget.count--;
  };
  Object.assign(agent, {
    keepSocketAlive(socket: Socket): boolean {
      if (budget.count >= budget.socketsMax || keep(socket) === false) return false;
      idle.add(socket);
      budget.count++;
      socket.once('close', () => leave(socket));
      return true;
    },
    reuseSocket(socket: Socket, request: unknown): void {
      leave(socket);
      reuse(socket, request);
    },
  });
}
