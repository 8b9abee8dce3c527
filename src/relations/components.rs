//! Strongly connected components, by Tarjan's algorithm without recursion.
//!
//! No manifest can hold the digest of one that holds its own, but foreign data is not trusted to be
//! free of circles, and subjects and tags can form some.

/// The components of a graph whose nodes are the positions in `successors`. A component comes after
/// those that it leads to.
pub(super) fn components(successors: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut search = Search {
        successors,
        next_number: 1,
        numbers: vec![0; successors.len()],
        lowest: vec![0; successors.len()],
        open: Vec::new(),
        is_open: vec![false; successors.len()],
        found: Vec::new(),
    };
    for start in 0..successors.len() {
        if search.numbers[start] == 0 {
            search.from(start);
        }
    }
    search.found
}

struct Search<'g> {
    successors: &'g [Vec<usize>],
    next_number: usize,
    /// When each node was entered; 0 for one that was not.
    numbers: Vec<usize>,
    /// The lowest number of an open node that each node leads to.
    lowest: Vec<usize>,
    /// Entered nodes whose component is not complete.
    open: Vec<usize>,
    is_open: Vec<bool>,
    found: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn from(&mut self, start: usize) {
        self.enter(start);
        // Each node on the way, and how many of its successors are done.
        let mut way = vec![(start, 0)];
        while let Some((node, done)) = way.last_mut() {
            let node = *node;
            if let Some(&next) = self.successors[node].get(*done) {
                *done += 1;
                if self.numbers[next] == 0 {
                    self.enter(next);
                    way.push((next, 0));
                } else if self.is_open[next] {
                    self.lowest[node] = self.lowest[node].min(self.numbers[next]);
                }
                continue;
            }
            way.pop();
            if let Some((before, _)) = way.last() {
                self.lowest[*before] = self.lowest[*before].min(self.lowest[node]);
            }
            if self.lowest[node] == self.numbers[node] {
                self.close(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.numbers[node] = self.next_number;
        self.lowest[node] = self.next_number;
        self.next_number += 1;
        self.open.push(node);
        self.is_open[node] = true;
    }

    /// Completes the component whose first node is `node`.
    fn close(&mut self, node: usize) {
        let first = self.open.iter().rposition(|open| *open == node);
        let component = self.open.split_off(first.unwrap_or_default());
        for member in &component {
            self.is_open[*member] = false;
        }
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn circles_are_found_after_what_they_lead_to() {
        let successors = [
            vec![1],
            vec![2, 4],
            vec![0, 3],
            vec![3],
            vec![5],
            vec![4],
            vec![],
        ];
        let mut found = components(&successors);
        for component in &mut found {
            component.sort_unstable();
        }
        assert_eq!(found, [vec![3], vec![4, 5], vec![0, 1, 2], vec![6]]);
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let successors: Vec<_> = (1..=200_000).map(|next| vec![next % 200_000]).collect();
        assert_eq!(components(&successors).len(), 1);
        let chain: Vec<_> = (0..200_000_usize)
            .map(|node| node.checked_sub(1).into_iter().collect())
            .collect();
        assert_eq!(components(&chain).len(), 200_000);
    }
}
